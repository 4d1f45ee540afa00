/** The two versions of CIFAR-10 on disk, and where in a folder they are looked for. */
import { basename, join } from "node:path";
import type { BatchFile, Edition } from "./edition.ts";
import { recordsFromPythonBatch } from "./python-batch.ts";
import { checkRecords } from "./records.ts";
import { statusOf } from "./status-of.ts";

export interface Version {
  readonly folder: string;
  readonly archive: string;
  /** What follows a batch's name in the name of its file. */
  readonly extension: string;
  /** The records in a file's bytes; a `DatasetError` naming `path` unless they are the true ones. */
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

/** Where people and other libraries put it, below the folder they name. */
const subfolders = ["", "cifar-10", "cifar10", "CIFAR10", "CIFAR-10", "data"];

export interface Location {
  readonly version: Version;
  /** A folder of batches, or an archive. */
  readonly path: string;
  readonly packed: boolean;
}

/** Unpacked batches before archives, the binary version before the Python one. `directory` may be an archive itself. */
export function locate(directory: string, edition: Edition): Location | undefined {
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
    folders.find((place) => holdsBatch(place, edition)) ??
    archives.find(({ path }) => statusOf(path)?.isFile())
  );
}

/** One batch is enough: that others are missing is then said by name. */
function holdsBatch({ version, path }: Location, { files }: Edition): boolean {
  return files.some(({ name }) => statusOf(join(path, name + version.extension))?.isFile());
}
