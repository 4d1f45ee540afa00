/** Reads CIFAR-10 from a folder: binary or Python version, unpacked or as archive. */
import { join } from "node:path";
import { MissingFileError } from "../errors.ts";
import type { OnProgress } from "../progress.ts";
import { readRegularFile } from "../read-regular-file.ts";
import { maximumEntryBytes, readArchive } from "./archive.ts";
import { type BatchFile, type Manifest, manifestBytes, recordBytes } from "./manifest.ts";
import { type Location, locate } from "./version.ts";

/** The verified records of every file, by file name. */
export type Records = ReadonlyMap<string, Uint8Array>;

type Take = (file: BatchFile, bytes: Uint8Array, path: string) => void;

/**
 * Reads the records in `directory`, which may also be the path of an archive.
 *
 * @throws MissingFileError, TruncatedFileError, AlteredFileError or UnreadableFileError.
 */
export async function readDirectory(
  directory: string,
  manifest: Manifest,
  onProgress?: OnProgress,
): Promise<Records> {
  const location = locate(directory, manifest);
  if (!location) {
    throw new MissingFileError(
      `no CIFAR-10 in ${directory}; expected cifar-10-batches-bin/, cifar-10-batches-py/, cifar-10-binary.tar.gz or cifar-10-python.tar.gz`,
    );
  }
  return readLocation(location, manifest, onProgress);
}

/** Reads the records from a known location. */
export async function readLocation(
  location: Location,
  manifest: Manifest,
  onProgress?: OnProgress,
): Promise<Records> {
  const records = new Map<string, Uint8Array>();
  const total = manifestBytes(manifest);
  let done = 0;
  onProgress?.({ phase: "read", done, total });
  const take: Take = (file, bytes, path) => {
    records.set(file.name, location.version.records(bytes, file, path));
    done += file.count * recordBytes;
    onProgress?.({ phase: "read", done, total });
  };
  const read = location.packed ? readPacked : readUnpacked;
  await read(location, manifest, take);
  return records;
}

async function readUnpacked({ version, path }: Location, manifest: Manifest, take: Take): Promise<void> {
  for (const file of manifest.files) {
    const filePath = join(path, file.name + version.extension);
    take(
      file,
      await readRegularFile(
        filePath,
        "all six batches are needed: unpack the archive again",
        maximumEntryBytes,
      ),
      filePath,
    );
  }
}

async function readPacked({ version, path }: Location, manifest: Manifest, take: Take): Promise<void> {
  const missing = new Map(manifest.files.map((file) => [file.name + version.extension, file]));
  await readArchive(path, new Set(missing.keys()), (name, bytes) => {
    const file = missing.get(name);
    if (!file) return;
    missing.delete(name);
    take(file, bytes, `${name} in ${path}`);
  });
  const [name] = missing.keys();
  if (name) throw new MissingFileError(`${path} contains no ${name}; get the archive again`);
}
