/** A file that is there completely or not at all: written under another name, flushed to disk, renamed. */
import fs from "node:fs";
import path from "node:path";

const suffix = ".tmp";

export function writeFileAtomically(file: string, content: string | Uint8Array): void {
  const temporary = `${file}${suffix}`;
  try {
    const descriptor = fs.openSync(temporary, "w");
    try {
      fs.writeFileSync(descriptor, content);
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  flushDirectory(path.dirname(file));
}

/** Half-written files that a killed process left behind. */
export function removeTemporaryFiles(directory: string): void {
  for (const name of fs.readdirSync(directory)) {
    if (name.endsWith(suffix)) fs.rmSync(path.join(directory, name), { force: true });
  }
}

/** Makes the rename itself durable, where the system lets a directory be flushed. */
function flushDirectory(directory: string): void {
  try {
    const descriptor = fs.openSync(directory, "r");
    try {
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  } catch {
    // Windows and some network file systems refuse; the file itself is safe.
  }
}
