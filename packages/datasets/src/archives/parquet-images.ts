/**
 * Images in Parquet files as Hugging Face's `datasets` writes them: a column `image`, of bytes or of {bytes, path}, and
 * an integer column `label`. Files are read by row group, of which the last few stay in memory.
 */
import type { FileMetaData, RowGroup } from "hyparquet";
import pMap from "p-map";
import { DatasetError, MissingFileError, UnreadableFileError } from "../errors.ts";
import type { EncodedImages } from "../images/encoded-images.ts";
import { type LabelOptions, labelsOfNumbers } from "../images/labels.ts";
import { type ByteSource, nameOfAll, openSource } from "./byte-source.ts";
import { readColumn, readFooter } from "./parquet-file.ts";
import { maximumImages } from "./range-images.ts";
import { recentlyUsed } from "./recently-used.ts";

export interface ParquetImageOptions extends LabelOptions {
  /** Default "image". */
  readonly imageColumn?: string;
  /** Default "label". */
  readonly labelColumn?: string;
}

const filesReadTogether = 8;
/** A shuffled epoch mixes eight groups and decodes ahead into the next eight. */
const keptGroups = { items: 16, size: 1e9 };

interface Group {
  readonly source: ByteSource;
  readonly footer: FileMetaData;
  readonly group: RowGroup;
  readonly labels: readonly number[];
  /** The row of its first image in the file. */
  readonly row: number;
}

interface StoredImage {
  readonly bytes: Uint8Array | null;
  readonly path: string | null;
}

/**
 * Lists the rows of Parquet files: reads footers and labels, but only the first images. A shuffled epoch mixes eight row
 * groups at a time; Hugging Face writes 100 images per group.
 *
 * At most 4 million rows, footers of 16 MB, and 1 GB of a column in a row group; 16 groups or 1 GB are kept in memory.
 * Compression is Snappy, GZIP, Brotli, or Zstandard on Node ≥ 22.15.
 *
 * @param locations - Paths, or URLs of a server that answers range requests.
 * @throws UnreadableFileError for truncated and damaged files; DatasetError for other columns.
 *
 * @example const test = await parquetImages(["validation-00000-of-00014.parquet"]);
 */
export async function parquetImages(
  locations: readonly string[],
  options: ParquetImageOptions = {},
): Promise<EncodedImages> {
  const { imageColumn = "image", labelColumn = "label" } = options;
  const concurrency = filesReadTogether;
  const files = await pMap(locations, openSource, { concurrency });
  const perFile = await pMap(files, (file) => readGroups(file, imageColumn, labelColumn), { concurrency });
  const groups = perFile.flat();
  const source = nameOfAll(files);
  const numbers = groups.flatMap((group) => group.labels);
  if (numbers.length === 0) throw new MissingFileError(`there are no rows in ${source}`);
  if (numbers.length > maximumImages)
    throw new DatasetError(`${source} have more than ${maximumImages} rows; split the data set`);
  const { classes, labels } = labelsOfNumbers(numbers, source, options);
  const imagesOf = recentlyUsed(keptGroups, (group: Group) => readImages(group, imageColumn), bytesOf);
  return {
    source,
    classes,
    labels: Int32Array.from(labels),
    count: numbers.length,
    ...(await access(groups, imagesOf)),
    groupSizes: Int32Array.from(groups, (group) => group.labels.length),
  };
}

/** The functions of `EncodedImages`. The images of the first group are named, which shows the order of labels. */
async function access(
  groups: readonly Group[],
  imagesOf: (group: Group) => Promise<readonly StoredImage[]>,
): Promise<Pick<EncodedImages, "nameOf" | "sizeOf" | "read">> {
  const places = groups.flatMap((group) => group.labels.map((_, row) => ({ group, row })));
  const named = groups[0] === undefined ? [] : (await imagesOf(groups[0])).map(({ path }) => path);
  const nameOf = (index: number): string => {
    const place = places[index];
    const path = named[index];
    const row = `row ${(place?.group.row ?? 0) + (place?.row ?? 0)}`;
    return `${place?.group.source.name}: ${path ? `${row}: ${path}` : row}`;
  };
  const read = async (index: number): Promise<Uint8Array> => {
    const place = places[index];
    const bytes = place && (await imagesOf(place.group))[place.row]?.bytes;
    if (bytes) return bytes;
    throw new UnreadableFileError(nameOf(index), "it has no image bytes");
  };
  return { nameOf, read, sizeOf: async () => 0 };
}

async function readGroups(
  source: ByteSource,
  imageColumn: string,
  labelColumn: string,
): Promise<readonly Group[]> {
  const footer = await readFooter(source);
  const groups: Group[] = [];
  let row = 0;
  for (const group of footer.row_groups) {
    const columns = new Set(group.columns.map(({ meta_data }) => meta_data?.path_in_schema[0] ?? ""));
    if (!columns.has(imageColumn) || !columns.has(labelColumn))
      throw new DatasetError(
        `${source.name} has the columns ${[...columns].join(", ")}; expected ${imageColumn} and ${labelColumn}: pass imageColumn and labelColumn`,
      );
    if (row + Number(group.num_rows) > maximumImages)
      throw new DatasetError(`${source.name} has more than ${maximumImages} rows; split the data set`);
    const labels = (await readColumn(source, footer, group, labelColumn)).map(labelOf);
    groups.push({ source, footer, group, labels, row });
    row += labels.length;
  }
  return groups;
}

/** Integers of 64 bits are bigints; -1 stands for other values and is rejected as a label. */
function labelOf(value: unknown): number {
  return typeof value === "bigint" || typeof value === "number" ? Number(value) : -1;
}

async function readImages({ source, footer, group }: Group, column: string): Promise<readonly StoredImage[]> {
  return (await readColumn(source, footer, group, column)).map(storedImage);
}

function storedImage(value: unknown): StoredImage {
  if (value instanceof Uint8Array) return { bytes: value, path: null };
  const { bytes = null, path = null } =
    typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  return {
    bytes: bytes instanceof Uint8Array ? bytes : null,
    path: typeof path === "string" ? path : null,
  };
}

function bytesOf(images: readonly StoredImage[]): number {
  return images.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
}
