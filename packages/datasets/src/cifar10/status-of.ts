/** What is at a path, without an error where nothing is. */
import { type Stats, statSync } from "node:fs";
import { errorCode } from "../errors.ts";

/** Undefined if there is nothing, or if a part of the path is a file. */
export function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
