/** CIFAR-10 from a folder of the user's: the binary or the Python version, unpacked or as the archive. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatasetError, errorCode, MissingFileError } from "../errors.ts";
import type { OnProgress } from "../progress.ts";
import { readArchive } from "./archive.ts";
import { type BatchFile, type Edition, editionBytes, recordBytes } from "./edition.ts";
import { type Location, locate } from "./version.ts";

/** The checked records of every file, by the file's name. */
export type Records = ReadonlyMap<string, Uint8Array>;

type Take = (file: BatchFile, bytes: Uint8Array, path: string) => void;

/**
 * The records found in `directory`, which may also be the archive itself.
 *
 * Throws `MissingFileError`, `TruncatedFileError`, `AlteredFileError` or `UnreadableFileError`.
 */
export async function readDirectory(
  directory: string,
  edition: Edition,
  onProgress?: OnProgress,
): Promise<Records> {
  const location = locate(directory, edition);
  if (!location) {
    throw new MissingFileError(
      `no CIFAR-10 in ${directory}; it should hold cifar-10-batches-bin/ or cifar-10-batches-py/, or cifar-10-binary.tar.gz or cifar-10-python.tar.gz`,
    );
  }
  return readLocation(location, edition, onProgress);
}

/** The same for a place already known. */
export async function readLocation(
  location: Location,
  edition: Edition,
  onProgress?: OnProgress,
): Promise<Records> {
  const records = new Map<string, Uint8Array>();
  const total = editionBytes(edition);
  let done = 0;
  onProgress?.({ phase: "read", done, total });
  const take: Take = (file, bytes, path) => {
    records.set(file.name, location.version.records(bytes, file, path));
    done += file.count * recordBytes;
    onProgress?.({ phase: "read", done, total });
  };
  const read = location.packed ? readPacked : readUnpacked;
  await read(location, edition, take);
  return records;
}

async function readUnpacked({ version, path }: Location, edition: Edition, take: Take): Promise<void> {
  for (const file of edition.files) {
    const filePath = join(path, file.name + version.extension);
    take(file, await readOrMissing(filePath), filePath);
  }
}

async function readPacked({ version, path }: Location, edition: Edition, take: Take): Promise<void> {
  const missing = new Map(edition.files.map((file) => [file.name + version.extension, file]));
  await readArchive(path, new Set(missing.keys()), (name, bytes) => {
    const file = missing.get(name);
    if (!file) return;
    missing.delete(name);
    take(file, bytes, `${name} in ${path}`);
  });
  const [name] = missing.keys();
  if (name) throw new MissingFileError(`${path} holds no ${name}; get the archive again`);
}

async function readOrMissing(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (errorCode(cause) !== "ENOENT") {
      throw new DatasetError(
        `${path} cannot be read (${errorCode(cause) ?? String(cause)}); check its permissions`,
        { cause },
      );
    }
    throw new MissingFileError(`${path} is missing; all six batches are needed: unpack the archive again`);
  }
}
