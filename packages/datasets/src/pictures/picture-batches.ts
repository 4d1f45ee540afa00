/**
 * Minibatches of a folder of pictures, which are read from disk as they are needed. Order and crops follow from
 * (seed, epoch) alone, as in `batches`; in memory are the batch, and the few pictures that are decoded ahead.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Batch } from "../batches.ts";
import { concurrently } from "../concurrently.ts";
import { type EpochOptions, epochOrder, pictureRandom, requireEpoch } from "../epoch.ts";
import { type Normalizer, normalizer } from "../normalize.ts";
import type { Normalization } from "../statistics.ts";
import type { Crop } from "./crops.ts";
import { decode } from "./decode.ts";
import { type ImageFolder, picturePath } from "./image-folder.ts";
import { resample } from "./resample.ts";

export interface PictureBatchOptions extends EpochOptions {
  /** What the network sees of a picture: `centerCrop()` for evaluation, `randomResizedCrop()` for training. */
  readonly crop: Crop;
  readonly normalize: Normalization;
}

const channels = 3;
/** Enough to keep libuv's four threads, where the decoding is done, from waiting. */
const decodedAhead = 16;

/**
 * The batches of one epoch, xs [batch, size, size, 3]. Can be iterated again, and then gives the same.
 *
 *     const options = { batchSize: 64, crop: randomResizedCrop(), shuffle: true, epoch, normalize: imagenetStatistics };
 *     for await (const { xs, ys } of prefetch(pictureBatches(train, options))) ...
 *
 * Throws `DatasetOptionError` at once for a batch size or a limit that makes no sense; while it is gone through,
 * `UnreadableFileError` names a picture that is broken.
 */
export function pictureBatches(folder: ImageFolder, options: PictureBatchOptions): AsyncIterable<Batch> {
  requireEpoch(options);
  const normalize = normalizer(options.normalize, channels);
  return { [Symbol.asyncIterator]: () => epochBatches(folder, options, normalize) };
}

async function* epochBatches(
  folder: ImageFolder,
  options: PictureBatchOptions,
  normalize: Normalizer,
): AsyncGenerator<Batch, void, undefined> {
  const { batchSize, crop } = options;
  const pictureSize = crop.size * crop.size * channels;
  const order = epochOrder(folder.count, options);
  const pictures = concurrently(order, decodedAhead, (index) => seenPicture(folder, index, options));
  try {
    for (let start = 0; start < order.length; start += batchSize) {
      const indices = order.subarray(start, start + batchSize);
      const pixels = new Float32Array(indices.length * pictureSize);
      for (let place = 0; place < indices.length; place++) {
        const picture = await pictures.next();
        if (picture.done) return;
        normalize(picture.value, pixels, place * pictureSize);
      }
      yield {
        xs: tf.tensor4d(pixels, [indices.length, crop.size, crop.size, channels]),
        ys: tf.tensor1d(
          indices.map((index) => folder.labels[index] ?? 0),
          "int32",
        ),
      };
    }
  } finally {
    await pictures.return();
  }
}

/** Picture `index` as the network sees it, [size, size, 3], before normalisation. */
async function seenPicture(
  folder: ImageFolder,
  index: number,
  options: PictureBatchOptions,
): Promise<Uint8Array> {
  const picture = await decode(picturePath(folder, index));
  const view = options.crop.view(picture.height, picture.width, pictureRandom(options, index));
  return resample(picture, view);
}
