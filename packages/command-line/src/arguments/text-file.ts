/** Text files that are named on the command line. */
import fs from "node:fs";
import { UsageError } from "./usage-error.ts";

/** The plan of a network with a hundred thousand units takes one. */
const maximumBytes = 64 * 2 ** 20;

/**
 * Reads regular files alone, as a FIFO or a device may never end, of 64 MB at most.
 *
 * @throws UsageError for any other file.
 */
export function readTextFile(file: string): string {
  const status = fs.statSync(file, { throwIfNoEntry: false });
  if (status === undefined) throw new UsageError(`There is no file ${file}.`);
  if (!status.isFile()) throw new UsageError(`${file} is not a regular file: only regular files are read.`);
  if (status.size > maximumBytes)
    throw new UsageError(`${file} has ${status.size} bytes: at most ${maximumBytes} are read.`);
  return fs.readFileSync(file, "utf8");
}
