/** Reads regular files only: reading a FIFO or a device may never end. */
import { readFile, stat } from "node:fs/promises";
import { DatasetError, errorCode, MissingFileError } from "./errors.ts";

/**
 * @param missing - What to do when there is no such file.
 * @throws MissingFileError where nothing exists at `path`; DatasetError where it cannot be read.
 */
export async function readRegularFile(path: string, missing: string): Promise<Uint8Array> {
  try {
    if ((await stat(path)).isFile()) return await readFile(path);
  } catch (cause) {
    const code = errorCode(cause);
    if (code === "ENOENT") throw new MissingFileError(`${path} is missing; ${missing}`, { cause });
    throw new DatasetError(`${path} cannot be read (${code ?? String(cause)}); check its permissions`, {
      cause,
    });
  }
  throw new DatasetError(`${path} is not a regular file; only regular files are read`);
}
