/** Finds archives that hold a split, and reads them by what they contain: tar, TFRecord or Parquet. */
import { join } from "node:path";
import { isUrl, openSource } from "../archives/byte-source.ts";
import { parquetImages } from "../archives/parquet-images.ts";
import { isTarHeader } from "../archives/tar-entries.ts";
import { type TarImageOptions, tarImages } from "../archives/tar-images.ts";
import { recordLength } from "../archives/tf-record.ts";
import { tfRecordImages } from "../archives/tf-record-images.ts";
import { DatasetError, UnreadableFileError } from "../errors.ts";
import type { EncodedImages } from "../images/encoded-images.ts";
import { byCodePoint } from "../images/image-folder.ts";
import { readRegularFile } from "../read-regular-file.ts";
import { entriesOf } from "./entries-of.ts";
import type { ImagenetSplit } from "./imagenet.ts";

const splitNames: Readonly<Record<ImagenetSplit, RegExp>> = {
  train: /(^|[^a-z])train(ing)?([^a-z]|$)/i,
  val: /(^|[^a-z])val(id|idation)?([^a-z]|$)/i,
};
const shardName = /\.(tar|tfrecords?|parquet)$|-\d+-of-\d+$/i;
/** The training images of ILSVRC2012's third task, which are among those of the first. */
const thirdTask = "ILSVRC2012_img_train_t3.tar";
const maximumListBytes = 16e6;
const maximumShards = 100_000;
const maximumLineLength = 2000;

const readers = { tar: tarImages, tfRecord: tfRecordImages, parquet: parquetImages } as const;
type Kind = keyof typeof readers;

/**
 * Shards in `directory` and its folder data/ whose names say that they belong to the split, and all in its folders for the
 * split; or the lines of <split>-shards.txt: paths or URLs, with braces for numbers such as train-{0000..0127}.tar.
 *
 * A list has at most 16 MB, lines of 2000 characters and 100,000 archives.
 */
export async function findShards(
  directory: string,
  split: ImagenetSplit,
  splitFolders: readonly string[],
): Promise<readonly string[]> {
  const names = await filesOf(directory);
  const list = `${split}-shards.txt`;
  if (names.includes(list)) return listedShards(directory, list);
  const named = (folder: string, files: readonly string[]): readonly string[] =>
    files.filter((name) => splitNames[split].test(name)).map((name) => join(folder, name));
  const data = join(directory, "data");
  const inFolders = await Promise.all(
    splitFolders.map(async (folder) => (await filesOf(folder)).map((name) => join(folder, name))),
  );
  const found = [...named(directory, names), ...named(data, await filesOf(data)), ...inFolders.flat()];
  return found.filter((name) => shardName.test(name) && !name.endsWith(thirdTask)).sort(byCodePoint);
}

/** @throws DatasetError for archives of different kinds, and as the readers do. */
export async function readShards(
  locations: readonly string[],
  options: TarImageOptions,
): Promise<EncodedImages> {
  const [first = "", ...others] = locations;
  const kind = await kindOf(first);
  for (const location of isUrl(first) ? [] : others) {
    const other = await kindOf(location);
    if (other !== kind)
      throw new DatasetError(`${first} is a ${kind} file and ${location} a ${other} file; keep one of them`);
  }
  return readers[kind](locations, options);
}

const headBytes = 512;

async function kindOf(location: string): Promise<Kind> {
  const source = await openSource(location);
  const head = Buffer.alloc(headBytes);
  const size = Math.min(headBytes, source.size);
  (await source.use((read) => read(0, size))).copy(head);
  if (head.toString("latin1", 0, 4) === "PAR1") return "parquet";
  if (isTarHeader(head)) return "tar";
  if (recordLength(head.subarray(0, 12)) !== null) return "tfRecord";
  throw new UnreadableFileError(
    source.name,
    "its first bytes are not those of a tar, TFRecord or Parquet file",
  );
}

async function filesOf(folder: string): Promise<readonly string[]> {
  return (await entriesOf(folder)).filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}

async function listedShards(directory: string, list: string): Promise<readonly string[]> {
  const file = join(directory, list);
  const text = Buffer.from(await readRegularFile(file, "the folder changed", maximumListBytes)).toString(
    "utf8",
  );
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const locations: string[] = [];
  for (const line of lines) {
    locations.push(...expandBraces(line, file));
    if (locations.length > maximumShards)
      throw new DatasetError(`${file} lists more than ${maximumShards} archives; keep those of the data set`);
  }
  if (locations.length === 0) throw new DatasetError(`${file} lists no archives; expected one a line`);
  return locations.map((location) => (isUrl(location) ? location : join(directory, location)));
}

/** a-{008..010}.tar is a-008.tar, a-009.tar and a-010.tar. */
function expandBraces(text: string, file: string): readonly string[] {
  if (text.length > maximumLineLength)
    throw new DatasetError(
      `${file} has a line of ${text.length} characters; at most ${maximumLineLength} are read`,
    );
  const [range, from = "", to = ""] = /\{(\d+)\.\.(\d+)\}/.exec(text) ?? [];
  if (range === undefined) return [text];
  const count = Number(to) - Number(from) + 1;
  if (!(count >= 1 && count <= maximumShards))
    throw new DatasetError(`${file} has the range ${range}; expected one of 1 to ${maximumShards} numbers`);
  return Array.from({ length: count }, (_, i) =>
    text.replace(range, String(Number(from) + i).padStart(from.length, "0")),
  );
}
