/**
 * Minibatches of images that are read from disk on demand. Order and crops follow from (seed, epoch) alone, as in
 * `batches`. Memory holds one batch and a few images that are decoded ahead, with the bounds of `decode`.
 */
import * as tf from "@tensorflow/tfjs-core";
import { pMapIterable } from "p-map";
import type { Batch } from "../batches.ts";
import { checkEpochOptions, type EpochOptions, epochOrder, imageRandom } from "../epoch.ts";
import { type Normalizer, normalizer } from "../normalize.ts";
import type { Normalization } from "../statistics.ts";
import type { Crop } from "./crops.ts";
import { decode } from "./decode.ts";
import { type ImageFolder, imagePath } from "./image-folder.ts";
import { resample } from "./resample.ts";

export interface ImageBatchOptions extends EpochOptions {
  /** `centerCrop()` for evaluation, `randomResizedCrop()` for training. */
  readonly crop: Crop;
  readonly normalize: Normalization;
}

const channels = 3;
/** Enough to keep libuv's four threads busy, which do the decoding. */
const decodedAhead = 16;

/**
 * The batches of one epoch, xs [batch, size, size, 3]. Iterating again yields the same batches.
 *
 * Whatever the files are, an image has at most 179 million pixels, 1.1 GB of file and 60 seconds; all images that are being
 * decoded together hold 768 MB of pixels and 256 MB of files.
 *
 * @throws DatasetOptionError for a batch size or a limit below 1, before the first batch; UnreadableFileError for a
 * corrupt image, while iterating.
 *
 * @example
 * const options = { batchSize: 64, crop: randomResizedCrop(), shuffle: true, epoch, normalize: imagenetStatistics };
 * for await (const { xs, ys } of prefetch(imageBatches(train, options))) { ... }
 */
export function imageBatches(folder: ImageFolder, options: ImageBatchOptions): AsyncIterable<Batch> {
  checkEpochOptions(options);
  const normalize = normalizer(options.normalize, channels);
  return { [Symbol.asyncIterator]: () => epochBatches(folder, options, normalize) };
}

async function* epochBatches(
  folder: ImageFolder,
  options: ImageBatchOptions,
  normalize: Normalizer,
): AsyncGenerator<Batch, void, undefined> {
  const { size } = options.crop;
  const imageSize = size * size * channels;
  const order = epochOrder(folder.count, options);
  const crops = pMapIterable(order, (index) => loadCrop(folder, index, options), {
    concurrency: decodedAhead,
  });
  let indices: readonly number[] = [];
  let pixels = new Float32Array();
  let filled = 0;
  let start = 0;
  for await (const crop of crops) {
    if (filled === 0) {
      indices = [...order.subarray(start, start + options.batchSize)];
      pixels = new Float32Array(indices.length * imageSize);
    }
    normalize(crop, pixels, filled * imageSize);
    filled++;
    if (filled < indices.length) continue;
    yield {
      xs: tf.tensor4d(pixels, [filled, size, size, channels]),
      ys: tf.tensor1d(
        indices.map((index) => folder.labels[index] ?? 0),
        "int32",
      ),
    };
    start += filled;
    filled = 0;
  }
}

/** The crop of image `index`, [size, size, 3], before normalisation. */
async function loadCrop(folder: ImageFolder, index: number, options: ImageBatchOptions): Promise<Uint8Array> {
  return decode(imagePath(folder, index), (image) => {
    const view = options.crop.view(image.height, image.width, imageRandom(options, index));
    return resample(image, view);
  });
}
