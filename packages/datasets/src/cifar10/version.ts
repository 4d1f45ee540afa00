/** The two published versions of CIFAR-10, and the search for them in a folder. */
import { basename, join } from "node:path";
import type { BatchFile, Manifest } from "./manifest.ts";
import { recordsFromPythonBatch } from "./python-batch.ts";
import { checkRecords } from "./records.ts";
import { statusOf } from "./status-of.ts";

export interface Version {
  readonly folder: string;
  readonly archive: string;
  /** File extension of a batch. */
  readonly extension: string;
  /** Extracts and verifies the records of a file. Throws a `DatasetError` with `path` in its message. */
  readonly records: (bytes: Uint8Array, file: BatchFile, path: string) => Uint8Array;
}

export const binaryVersion: Version = {
  folder: "cifar-10-batches-bin",
  archive: "cifar-10-binary.tar.gz",
  extension: ".bin",
  records: (bytes, file, path) => {
    checkRecords(bytes, file, path);
    return bytes;
  },
};

const pythonVersion: Version = {
  folder: "cifar-10-batches-py",
  archive: "cifar-10-python.tar.gz",
  extension: "",
  records: recordsFromPythonBatch,
};

const versions = [binaryVersion, pythonVersion];

/** Where users and other libraries put the data, relative to the given folder. */
const subfolders = ["", "cifar-10", "cifar10", "CIFAR10", "CIFAR-10", "data"];

export interface Location {
  readonly version: Version;
  /** A folder of batches, or an archive. */
  readonly path: string;
  readonly packed: boolean;
}

/** Prefers unpacked batches over archives and the binary version over the Python one. `directory` may be an archive. */
export function locate(directory: string, manifest: Manifest): Location | undefined {
  const status = statusOf(directory);
  if (!status) return undefined;
  if (status.isFile()) {
    const version = basename(directory).includes("python") ? pythonVersion : binaryVersion;
    return { version, path: directory, packed: true };
  }
  const bases = subfolders.map((name) => join(directory, name));
  const folders = bases.flatMap((base) =>
    versions.flatMap((version) => [
      { version, path: base, packed: false },
      { version, path: join(base, version.folder), packed: false },
    ]),
  );
  const archives = bases.flatMap((base) =>
    versions.map((version) => ({ version, path: join(base, version.archive), packed: true })),
  );
  return (
    folders.find((location) => hasBatch(location, manifest)) ??
    archives.find(({ path }) => statusOf(path)?.isFile())
  );
}

/** One batch is enough: reading then reports the missing ones by name. */
function hasBatch({ version, path }: Location, { files }: Manifest): boolean {
  return files.some(({ name }) => statusOf(join(path, name + version.extension))?.isFile());
}
