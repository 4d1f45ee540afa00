/** The disk operations of a download. Tests substitute a disk that fails. */
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { Writable } from "node:stream";
import { errorCode } from "../errors.ts";

export interface Disk {
  /** Both fail if the file exists. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  createWriteStream(path: string): Writable;
}

export const realDisk: Disk = {
  writeFile: (path, bytes) => writeFile(path, bytes, { flag: "wx" }),
  createWriteStream: (path) => createWriteStream(path, { flags: "wx" }),
};

const full: ReadonlySet<string | undefined> = new Set(["ENOSPC", "EDQUOT"]);
const refused: ReadonlySet<string | undefined> = new Set([
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOTDIR",
  "EEXIST",
  "EIO",
]);

export const isDiskFull = (error: unknown): boolean => full.has(errorCode(error));
export const isDiskRefusal = (error: unknown): boolean => refused.has(errorCode(error));
