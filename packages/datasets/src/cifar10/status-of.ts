/** `stat` that returns undefined for a missing file. */
import { type Stats, statSync } from "node:fs";
import { errorCode } from "../errors.ts";

/** Undefined if the path does not exist or runs through a file. */
export function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
