/** The entries of a folder that may be missing. */
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { DatasetError, errorCode } from "../errors.ts";

/**
 * Without hidden ones; none where there is no such folder.
 *
 * @throws DatasetError for a folder that cannot be read.
 */
export async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter(({ name }) => !name.startsWith("."));
  } catch (cause) {
    const code = errorCode(cause);
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw new DatasetError(`${folder} cannot be read (${code ?? String(cause)}); check its permissions`, {
      cause,
    });
  }
}
