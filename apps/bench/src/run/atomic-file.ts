/**
 * Replaces a file completely or not at all: writes under another name, flushes to disk, renames. `write-file-atomic`
 * does not serve here: on a full disk it ignores the short write and renames a truncated file into place.
 */
import fs from "node:fs";
import path from "node:path";

const suffix = ".tmp";

export function writeFileAtomically(file: string, content: string | Uint8Array): void {
  const temporary = `${file}${suffix}`;
  try {
    fs.writeFileSync(temporary, content, { flush: true });
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** Removes the partial files of a process that was killed. */
export function removeTemporaryFiles(directory: string): void {
  for (const name of fs.readdirSync(directory)) {
    if (name.endsWith(suffix)) fs.rmSync(path.join(directory, name), { force: true });
  }
}
