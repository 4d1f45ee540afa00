/**
 * Minibatches of an image set as tensors. Order and augmentation follow from (seed, epoch) alone: an epoch can be
 * repeated, or gone back to after a crash, and gives the same numbers. A picture's augmentation hangs on its index, not
 * on its place in the order or on the batch size.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Augmentation } from "./augmentation.ts";
import { type EpochOptions, epochOrder, pictureRandom, requireEpoch } from "./epoch.ts";
import { type ImageSet, imageBytes } from "./image-set.ts";
import { type Normalizer, normalizer } from "./normalize.ts";
import type { Normalization } from "./statistics.ts";

/** Whoever receives a batch disposes both tensors. */
export interface Batch {
  /** [batch, height, width, channels], float32, normalised */
  readonly xs: tf.Tensor4D;
  /** [batch], int32 */
  readonly ys: tf.Tensor1D;
}

export interface BatchOptions extends EpochOptions {
  readonly normalize: Normalization;
  /** Default none. */
  readonly augment?: Augmentation | undefined;
}

/**
 * The batches of one epoch. Can be iterated again, and then gives the same.
 *
 *     for await (const { xs, ys } of batches(train, { batchSize: 128, normalize: cifar10Statistics, shuffle: true })) ...
 *
 * Throws `DatasetOptionError` at once for a batch size or a limit that makes no sense.
 */
export function batches(set: ImageSet, options: BatchOptions): AsyncIterable<Batch> {
  requireEpoch(options);
  const normalize = normalizer(options.normalize, set.shape[2]);
  return {
    [Symbol.asyncIterator]: async function* () {
      const { batchSize } = options;
      const order = epochOrder(set.count, options);
      const write = pictureWriter(set, options, normalize);
      for (let start = 0; start < order.length; start += batchSize) {
        yield assemble(set, order.subarray(start, start + batchSize), write);
      }
    },
  };
}

/** Writes picture `index`, augmented and normalised, to `target` from `offset` on. */
type PictureWriter = (index: number, target: Float32Array, offset: number) => void;

function pictureWriter(set: ImageSet, options: BatchOptions, normalize: Normalizer): PictureWriter {
  const { augment } = options;
  const { shape, images } = set;
  const size = imageBytes(shape);
  const scratch = new Uint8Array(size);
  return (index, target, offset) => {
    const picture = images.subarray(index * size, (index + 1) * size);
    if (!augment) return normalize(picture, target, offset);
    augment.apply(picture, scratch, shape, pictureRandom(options, index));
    normalize(scratch, target, offset);
  };
}

function assemble(set: ImageSet, indices: Int32Array, write: PictureWriter): Batch {
  const [height, width, channels] = set.shape;
  const size = imageBytes(set.shape);
  const pixels = new Float32Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  for (const [place, index] of indices.entries()) {
    write(index, pixels, place * size);
    labels[place] = set.labels[index] ?? 0;
  }
  return {
    xs: tf.tensor4d(pixels, [indices.length, height, width, channels]),
    ys: tf.tensor1d(labels, "int32"),
  };
}
