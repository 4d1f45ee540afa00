/**
 * Minibatches of an image set as tensors. Order and augmentation follow from (seed, epoch) alone, so an epoch can be
 * repeated, also after a crash. An image's augmentation depends on its index, not on the order or the batch size.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Augmentation } from "./augmentation.ts";
import { checkEpochOptions, type EpochOptions, epochOrder, imageRandom } from "./epoch.ts";
import { type ImageSet, imageBytes } from "./image-set.ts";
import { type Normalizer, normalizer } from "./normalize.ts";
import type { Normalization } from "./statistics.ts";

/** The caller disposes both tensors. */
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
 * The batches of one epoch. Iterating again yields the same batches.
 *
 * @throws DatasetOptionError for a batch size or a limit below 1, before the first batch.
 *
 * @example for await (const { xs, ys } of batches(train, { batchSize: 128, normalize: cifar10Statistics })) { ... }
 */
export function batches(set: ImageSet, options: BatchOptions): AsyncIterable<Batch> {
  checkEpochOptions(options);
  const normalize = normalizer(options.normalize, set.shape[2]);
  return {
    [Symbol.asyncIterator]: async function* () {
      const { batchSize } = options;
      const order = epochOrder(set.count, options);
      const write = imageWriter(set, options, normalize);
      for (let start = 0; start < order.length; start += batchSize) {
        yield assemble(set, order.subarray(start, start + batchSize), write);
      }
    },
  };
}

/** Writes image `index`, augmented and normalised, into `target` at `offset`. */
type ImageWriter = (index: number, target: Float32Array, offset: number) => void;

function imageWriter(set: ImageSet, options: BatchOptions, normalize: Normalizer): ImageWriter {
  const { augment } = options;
  const { shape, images } = set;
  const size = imageBytes(shape);
  const scratch = new Uint8Array(size);
  return (index, target, offset) => {
    const image = images.subarray(index * size, (index + 1) * size);
    if (!augment) return normalize(image, target, offset);
    augment.apply(image, scratch, shape, imageRandom(options, index));
    normalize(scratch, target, offset);
  };
}

function assemble(set: ImageSet, indices: Int32Array, write: ImageWriter): Batch {
  const [height, width, channels] = set.shape;
  const size = imageBytes(set.shape);
  const pixels = new Float32Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  for (const [row, index] of indices.entries()) {
    write(index, pixels, row * size);
    labels[row] = set.labels[index] ?? 0;
  }
  return {
    xs: tf.tensor4d(pixels, [indices.length, height, width, channels]),
    ys: tf.tensor1d(labels, "int32"),
  };
}
