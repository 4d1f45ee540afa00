/** CIFAR-10 as an `ImageDataset`, read from the user's folder or from the cache, which is filled on first use. */
import { join } from "node:path";
import { cacheFolder } from "@secateur/base/node";
import type { ImageDataset, ImageSet } from "../image-set.ts";
import type { OnProgress } from "../progress.ts";
import { subset } from "../subset.ts";
import { type Disk, realDisk } from "./disk.ts";
import { allSources, fillCache } from "./fill-cache.ts";
import { type BatchFile, cifar10Classes, cifar10Manifest, type Manifest, recordBytes } from "./manifest.ts";
import { type Records, readDirectory, readLocation } from "./read-directory.ts";
import { imageSetFromRecords } from "./records.ts";
import type { Source } from "./source.ts";
import { statusOf } from "./status-of.ts";
import { binaryVersion } from "./version.ts";

export interface Cifar10Options {
  /** A folder with CIFAR-10, binary or Python version, unpacked or as archive. Disables downloads and the cache. */
  readonly directory?: string | undefined;
  /** Cache folder. Default: `SECATEUR_CACHE`, else the operating system's cache folder. */
  readonly cache?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Numbers of images of a class-balanced subset. Default: all. */
  readonly subset?: Subset | undefined;
}

interface Subset {
  readonly train?: number | undefined;
  readonly test?: number | undefined;
  /** Default 0. */
  readonly seed?: number;
}

/** The external dependencies, which tests substitute. */
export interface Cifar10Environment {
  readonly manifest: Manifest;
  readonly disk: Disk;
  readonly variables: NodeJS.ProcessEnv;
  readonly sources: readonly Source[];
}

const productionEnvironment: Cifar10Environment = {
  manifest: cifar10Manifest,
  disk: realDisk,
  variables: process.env,
  sources: allSources,
};

/**
 * Loads 50,000 training and 10,000 test images, [32, 32, 3], in ten classes. Every load verifies the md5 of every file.
 * An archive has at most 500 MB when unpacked, a file in it 64 MB, and the pickle of a Python version takes 256 MiB.
 *
 * @throws MissingFileError, TruncatedFileError, AlteredFileError, UnreadableFileError, DownloadError, DiskFullError or
 * CacheFolderError; all are `DatasetError`s.
 *
 * @example const { train, test, classes } = await loadCifar10();
 */
export function loadCifar10(options: Cifar10Options = {}): Promise<ImageDataset> {
  return loadFromManifest(options, productionEnvironment);
}

/** The folder of the cached files, or null unless all of them exist with the right size. Checksums are not verified. */
export function findCachedCifar10(cache: string = cacheFolder()): string | null {
  const folder = cachedFolder(cache);
  return isComplete(folder, cifar10Manifest) ? folder : null;
}

/** `loadCifar10` with external dependencies as arguments. */
export async function loadFromManifest(
  options: Cifar10Options,
  environment: Cifar10Environment,
): Promise<ImageDataset> {
  const { directory, onProgress = () => {} } = options;
  const { manifest } = environment;
  const records =
    directory === undefined
      ? await readCache(
          cachedFolder(options.cache ?? cacheFolder(environment.variables)),
          environment,
          onProgress,
        )
      : await readDirectory(directory, manifest, onProgress);
  return {
    name: "cifar-10",
    classes: cifar10Classes,
    train: imagesOf("train", records, options, manifest),
    test: imagesOf("test", records, options, manifest),
  };
}

const cachedFolder = (cache: string): string => join(cache, "cifar-10", binaryVersion.folder);

async function readCache(
  folder: string,
  environment: Cifar10Environment,
  onProgress: OnProgress,
): Promise<Records> {
  if (!isPresent(folder, environment.manifest)) await fillCache(folder, { ...environment, onProgress });
  return readLocation(
    { version: binaryVersion, path: folder, packed: false },
    environment.manifest,
    onProgress,
  );
}

const sizeOf = (folder: string, { name }: BatchFile): number | undefined =>
  statusOf(join(folder, `${name}.bin`))?.size;

/** A file with a wrong size counts as present: loading reports it instead of replacing it silently. */
const isPresent = (folder: string, { files }: Manifest): boolean =>
  files.every((file) => sizeOf(folder, file) !== undefined);

const isComplete = (folder: string, { files }: Manifest): boolean =>
  files.every((file) => sizeOf(folder, file) === file.count * recordBytes);

function imagesOf(
  split: BatchFile["split"],
  records: Records,
  { subset: counts }: Cifar10Options,
  { files }: Manifest,
): ImageSet {
  const batches = files.filter((file) => file.split === split).flatMap(({ name }) => records.get(name) ?? []);
  const set = imageSetFromRecords(batches);
  const count = counts?.[split];
  return count === undefined ? set : subset(set, count, counts?.seed ?? 0);
}
