/** CIFAR-10 as an `ImageDataset`: from the user's folder, from the cache, or downloaded into the cache first. */
import { join } from "node:path";
import { cacheFolder } from "@secateur/base/node";
import type { ImageDataset, ImageSet } from "../image-set.ts";
import type { OnProgress } from "../progress.ts";
import { subset } from "../subset.ts";
import { type Disk, realDisk } from "./disk.ts";
import { type BatchFile, cifar10Classes, cifar10Edition, type Edition, recordBytes } from "./edition.ts";
import { allSources, provide } from "./provide.ts";
import { type Records, readDirectory, readLocation } from "./read-directory.ts";
import { imageSetFromRecords } from "./records.ts";
import type { Source } from "./source.ts";
import { statusOf } from "./status-of.ts";
import { binaryVersion } from "./version.ts";

export interface Cifar10Options {
  /** A folder that holds CIFAR-10, binary or Python version, unpacked or not. Nothing is downloaded or written then. */
  readonly directory?: string | undefined;
  /** Default: `SECATEUR_CACHE`, or the operating system's folder for caches. */
  readonly cache?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Fewer pictures, each class equally often. Default all. */
  readonly subset?: Subset | undefined;
}

interface Subset {
  readonly train?: number | undefined;
  readonly test?: number | undefined;
  /** Default 0. */
  readonly seed?: number;
}

/** What tests replace. */
export interface Cifar10World {
  readonly edition: Edition;
  readonly disk: Disk;
  readonly environment: NodeJS.ProcessEnv;
  readonly sources: readonly Source[];
}

const realWorld: Cifar10World = {
  edition: cifar10Edition,
  disk: realDisk,
  environment: process.env,
  sources: allSources,
};

/**
 * 50,000 training and 10,000 test pictures of 32 x 32 x 3 in ten classes. Every file's md5 is checked at every load.
 *
 * Throws a `DatasetError` whose message says what to do: `MissingFileError`, `TruncatedFileError`, `AlteredFileError`,
 * `UnreadableFileError`, `DownloadError`, `DiskFullError`, `CacheFolderError`.
 *
 *     const { train, test } = await loadCifar10({ onProgress: ({ phase, done, total }) => ... });
 */
export function loadCifar10(options: Cifar10Options = {}): Promise<ImageDataset> {
  return loadEdition(options, realWorld);
}

/** The folder of the cached files if they are all there, else null. Their content is checked when they are loaded. */
export function findCachedCifar10(cache: string = cacheFolder()): string | null {
  const folder = cachedFolder(cache);
  return isComplete(folder, cifar10Edition) ? folder : null;
}

/** `loadCifar10` in a world of the caller's. */
export async function loadEdition(options: Cifar10Options, world: Cifar10World): Promise<ImageDataset> {
  const { directory, onProgress = () => {} } = options;
  const { edition } = world;
  const records =
    directory === undefined
      ? await readCache(cachedFolder(options.cache ?? cacheFolder(world.environment)), world, onProgress)
      : await readDirectory(directory, edition, onProgress);
  return {
    name: "cifar-10",
    classes: cifar10Classes,
    train: imagesOf("train", records, options, edition),
    test: imagesOf("test", records, options, edition),
  };
}

const cachedFolder = (cache: string): string => join(cache, "cifar-10", binaryVersion.folder);

async function readCache(folder: string, world: Cifar10World, onProgress: OnProgress): Promise<Records> {
  if (!isPresent(folder, world.edition)) await provide(folder, { ...world, onProgress });
  return readLocation({ version: binaryVersion, path: folder, packed: false }, world.edition, onProgress);
}

const sizeOf = (folder: string, { name }: BatchFile): number | undefined =>
  statusOf(join(folder, `${name}.bin`))?.size;

/** A file of a wrong size counts as present: it is reported, not silently replaced. */
const isPresent = (folder: string, { files }: Edition): boolean =>
  files.every((file) => sizeOf(folder, file) !== undefined);

const isComplete = (folder: string, { files }: Edition): boolean =>
  files.every((file) => sizeOf(folder, file) === file.count * recordBytes);

function imagesOf(
  split: BatchFile["split"],
  records: Records,
  { subset: wanted }: Cifar10Options,
  { files }: Edition,
): ImageSet {
  const batches = files.filter((file) => file.split === split).flatMap(({ name }) => records.get(name) ?? []);
  const set = imageSetFromRecords(batches);
  const count = wanted?.[split];
  return count === undefined ? set : subset(set, count, wanted?.seed ?? 0);
}
