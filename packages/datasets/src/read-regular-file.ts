/** Reads regular files only: reading a FIFO or a device may never end. */
import { readFile, stat } from "node:fs/promises";
import { DatasetError, errorCode, MissingFileError } from "./errors.ts";

/**
 * @param missing - What to do when there is no such file.
 * @throws MissingFileError where nothing exists at `path`; DatasetError where it cannot be read, or is larger.
 */
export async function readRegularFile(
  path: string,
  missing: string,
  maximumBytes: number,
): Promise<Uint8Array> {
  const status = await reading(path, missing, () => stat(path));
  if (!status.isFile()) throw new DatasetError(`${path} is not a regular file; only regular files are read`);
  if (status.size > maximumBytes)
    throw new DatasetError(`${path} has ${status.size} bytes; at most ${maximumBytes} are read`);
  return reading(path, missing, () => readFile(path));
}

async function reading<T>(path: string, missing: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    const code = errorCode(cause);
    if (code === "ENOENT") throw new MissingFileError(`${path} is missing; ${missing}`, { cause });
    throw new DatasetError(`${path} cannot be read (${code ?? String(cause)}); check its permissions`, {
      cause,
    });
  }
}
