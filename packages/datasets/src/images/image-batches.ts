/**
 * Minibatches of images that are read from where they are stored. Order and crops follow from (seed, epoch) alone, as
 * in `batches`. Memory holds one batch and the crops of three batches that are decoded ahead, with the bounds of
 * `decodeView`.
 */
import * as tf from "@tensorflow/tfjs-core";
import { pMapIterable } from "p-map";
import type { Batch } from "../batches.ts";
import { checkEpochOptions, type EpochOptions, epochOrder, imageRandom } from "../epoch.ts";
import { requireInteger, UnreadableFileError } from "../errors.ts";
import { type Normalizer, normalizer } from "../normalize.ts";
import type { Normalization } from "../statistics.ts";
import { type OnCorrupt, skipCorrupt } from "./corrupt-images.ts";
import type { Crop } from "./crops.ts";
import { decodeView } from "./decode-view.ts";
import type { EncodedImages } from "./encoded-images.ts";
import type { Decoding } from "./view-pixels.ts";

export interface ImageBatchOptions extends EpochOptions {
  /** `centerCrop()` for evaluation, `randomResizedCrop()` for training. */
  readonly crop: Crop;
  readonly normalize: Normalization;
  /** "exact" is the default. */
  readonly decoding?: Decoding;
  /** The number of images per epoch that are skipped because they cannot be decoded. Default: 1 %, and at least 10. */
  readonly maximumCorrupt?: number;
  /** Called for every image that is skipped. Default: prints a warning. */
  readonly onCorrupt?: OnCorrupt;
}

const channels = 3;

/** While an engine blocks the main thread, the other threads work on what has been read before. */
const decodedAhead = (batchSize: number): number => Math.max(16, 3 * batchSize);

/**
 * The batches of one epoch, xs [batch, size, size, 3]. Iterating again yields the same batches. A batch is
 * smaller by the images that cannot be decoded, so which images the others hold does not depend on them.
 *
 * Whatever the files are, an image has at most 179 million pixels, 1.1 GB of file and 60 seconds; all images that are being
 * decoded together hold 768 MB of pixels and 256 MB of files.
 *
 * @throws DatasetOptionError for a batch size or a limit below 1, before the first batch; while iterating,
 * CorruptImagesError for more corrupt images than `maximumCorrupt`.
 *
 * @example
 * const options = { batchSize: 64, crop: randomResizedCrop(), shuffle: true, epoch, normalize: imagenetStatistics };
 * for await (const { xs, ys } of prefetch(imageBatches(train, options))) { ... }
 */
export function imageBatches(images: EncodedImages, options: ImageBatchOptions): AsyncIterable<Batch> {
  checkEpochOptions(options);
  if (options.maximumCorrupt !== undefined) requireInteger("maximumCorrupt", options.maximumCorrupt, 0);
  const normalize = normalizer(options.normalize, channels);
  return { [Symbol.asyncIterator]: () => epochBatches(images, options, normalize) };
}

interface LabelledCrop {
  readonly label: number;
  /** [size, size, 3], before normalisation */
  readonly crop: Uint8Array;
}

async function* epochBatches(
  images: EncodedImages,
  options: ImageBatchOptions,
  normalize: Normalizer,
): AsyncGenerator<Batch, void, undefined> {
  const { batchSize } = options;
  const order = epochOrder(images.count, options, images.groupSizes);
  const decoded = pMapIterable(order, (index) => loadCrop(images, index, options), {
    concurrency: decodedAhead(batchSize),
  });
  let batch: LabelledCrop[] = [];
  let seen = 0;
  for await (const crop of skipCorrupt(decoded, order.length, options)) {
    if (crop !== null) batch.push(crop);
    seen++;
    if (seen % batchSize !== 0 && seen < order.length) continue;
    if (batch.length > 0) yield assemble(batch, options.crop.size, normalize);
    batch = [];
  }
}

function assemble(batch: readonly LabelledCrop[], size: number, normalize: Normalizer): Batch {
  const imageSize = size * size * channels;
  const pixels = new Float32Array(batch.length * imageSize);
  for (const [row, { crop }] of batch.entries()) normalize(crop, pixels, row * imageSize);
  const labels = batch.map(({ label }) => label);
  return {
    xs: tf.tensor4d(pixels, [batch.length, size, size, channels]),
    ys: tf.tensor1d(labels, "int32"),
  };
}

async function loadCrop(
  images: EncodedImages,
  index: number,
  options: ImageBatchOptions,
): Promise<LabelledCrop | UnreadableFileError> {
  const image = {
    name: images.nameOf(index),
    size: () => images.sizeOf(index),
    read: () => images.read(index),
  };
  const { decoding = "exact", crop } = options;
  try {
    const pixels = await decodeView(image, {
      decoding,
      view: (height, width) => crop.view(height, width, imageRandom(options, index)),
    });
    return { label: images.labels[index] ?? 0, crop: pixels };
  } catch (error) {
    if (error instanceof UnreadableFileError) return error;
    throw error;
  }
}
