/**
 * Images in TFRecord shards of tf.train.Examples, read in place: with the features of TensorFlow's ImageNet scripts
 * (`image/encoded`, `image/class/label` from 1) or of TensorFlow Datasets (`image`, `label` from 0).
 */
import pMap from "p-map";
import { DatasetError, MissingFileError, UnreadableFileError } from "../errors.ts";
import type { EncodedImages } from "../images/encoded-images.ts";
import { type LabelOptions, labelsOfNumbers } from "../images/labels.ts";
import { type ByteSource, nameOfAll, openSource, type ReadRange, readAhead } from "./byte-source.ts";
import { checkBounds, type ImageRange, rangeImages } from "./range-images.ts";
import { featuresOf, firstValue } from "./tf-example.ts";
import { readTfRecord, type TfRecord, tfRecords } from "./tf-record.ts";

export interface TfRecordImageOptions extends LabelOptions {
  /** The number of the first class in `image/class/label`. Default 1: 0 is a class for the background, without images. */
  readonly firstLabel?: 0 | 1;
}

interface Schema {
  readonly image: string;
  readonly label: string;
  readonly fileName: string;
}

const schemas: readonly Schema[] = [
  { image: "image/encoded", label: "image/class/label", fileName: "image/filename" },
  { image: "image", label: "label", fileName: "file_name" },
];

const filesReadTogether = 8;
/** Labels and file names are shorter; longer features are skipped. */
const maximumFeatureBytes = 4096;

interface Shard {
  readonly images: ImageRange[];
  /** From 0. */
  readonly labels: number[];
}

/**
 * Lists the records of TFRecord files: reads lengths, labels and file names, but no image. The checksum of an image is
 * verified when it is read.
 *
 * At most 4 million records of 1.1 GB, with 1000 features each.
 *
 * @param locations - Paths, or URLs of a server that answers range requests.
 * @throws TruncatedFileError with the byte where the file ends; UnreadableFileError for damaged lengths and other records.
 *
 * @example const train = await tfRecordImages(["train-00000-of-01024", "train-00001-of-01024"]);
 */
export async function tfRecordImages(
  locations: readonly string[],
  options: TfRecordImageOptions = {},
): Promise<EncodedImages> {
  const { firstLabel = 1 } = options;
  const concurrency = filesReadTogether;
  const archives = await pMap(locations, openSource, { concurrency });
  const shards = await pMap(archives, (archive) => readShard(archive, firstLabel), { concurrency });
  const images = shards.flatMap((shard) => shard.images);
  const source = nameOfAll(archives);
  if (images.length === 0) throw new MissingFileError(`there are no records in ${source}`);
  const labelling = labelsOfNumbers(
    shards.flatMap((shard) => shard.labels),
    source,
    options,
  );
  return rangeImages(source, images, labelling, readImage);
}

async function readShard(archive: ByteSource, firstLabel: 0 | 1): Promise<Shard> {
  const shard: Shard = { images: [], labels: [] };
  await archive.use(async (direct) => {
    const read = readAhead(direct, archive.size);
    for await (const record of tfRecords(read, archive)) {
      const { schema, label, fileName } = await readLabel(read, archive, record);
      const first = schema === schemas[0] ? firstLabel : 0;
      if (label < first)
        throw new DatasetError(
          `${archive.name}: the record at byte ${record.at} has ${schema.label} ${label}, but classes count from ${first}: pass firstLabel: 0 if ${label} is a class`,
        );
      const image = {
        archive,
        name: fileName ?? `record at byte ${record.at}`,
        offset: record.offset,
        size: record.size,
      };
      checkBounds(shard.images, image);
      shard.images.push(image);
      shard.labels.push(label - first);
    }
  });
  return shard;
}

async function readLabel(
  read: ReadRange,
  archive: ByteSource,
  { at, offset, size }: TfRecord,
): Promise<{ readonly schema: Schema; readonly label: number; readonly fileName: string | null }> {
  const keys = new Set<string>();
  const values = new Map<string, ReturnType<typeof firstValue>>();
  await explained(archive, at, async () => {
    for await (const { key, start, end } of featuresOf(read, offset, offset + size)) {
      keys.add(key);
      if (end - start <= maximumFeatureBytes) values.set(key, firstValue(await read(start, end - start)));
    }
  });
  const schema = schemas.find(({ image, label }) => keys.has(image) && keys.has(label));
  const label = schema && values.get(schema.label);
  if (schema === undefined || typeof label !== "number")
    throw new DatasetError(
      `${archive.name}: the record at byte ${at} has the features ${[...keys].slice(0, 10).join(", ")}; expected ${schemas.map((each) => `${each.image} and ${each.label}`).join(", or ")}`,
    );
  const name = values.get(schema.fileName);
  return { schema, label, fileName: name instanceof Uint8Array ? Buffer.from(name).toString("utf8") : null };
}

async function readImage({ archive, offset, size }: ImageRange): Promise<Uint8Array> {
  const data = await archive.use((read) => readTfRecord(read, archive, { offset, size }));
  const inMemory: ReadRange = async (start, length) => data.subarray(start, start + length);
  return explained(archive, offset, async () => {
    for await (const { key, start, end } of featuresOf(inMemory, 0, size)) {
      if (!schemas.some(({ image }) => image === key)) continue;
      const value = firstValue(data.subarray(start, end));
      if (value instanceof Uint8Array) return value;
    }
    throw new Error("it has no image");
  });
}

async function explained<T>(archive: ByteSource, at: number, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UnreadableFileError(`${archive.name}: the record at byte ${at}`, reason, { cause });
  }
}
