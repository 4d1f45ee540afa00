/**
 * Minibatches of an image set as tensors. Order and augmentation follow from (seed, epoch) alone: an epoch can be
 * repeated, or gone back to after a crash, and gives the same numbers. A picture's augmentation hangs on its index, not
 * on its place in the order or on the batch size.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Augmentation } from "./augmentation.ts";
import { DatasetOptionError, requireWhole } from "./errors.ts";
import { type ImageSet, imageBytes } from "./image-set.ts";
import { createRandom, shuffle } from "./random.ts";
import type { Normalization } from "./statistics.ts";

/** Whoever receives a batch disposes both tensors. */
export interface Batch {
  /** [batch, height, width, channels], float32, normalised */
  readonly xs: tf.Tensor4D;
  /** [batch], int32 */
  readonly ys: tf.Tensor1D;
}

export interface BatchOptions {
  readonly batchSize: number;
  readonly normalize: Normalization;
  /** Default 0. */
  readonly seed?: number;
  /** Default 0. */
  readonly epoch?: number;
  /** Default false: the set's own order. */
  readonly shuffle?: boolean;
  /** Default none. */
  readonly augment?: Augmentation | undefined;
  /** At most this many pictures of the epoch. Default all. */
  readonly limit?: number | undefined;
  /** Leave out a last batch that is not full. Default false. */
  readonly dropLast?: boolean;
}

// Keys that keep the streams of one seed apart.
const orderStream = 1;
const augmentationStream = 2;

/**
 * The batches of one epoch. Can be iterated again, and then gives the same.
 *
 *     for await (const { xs, ys } of batches(train, { batchSize: 128, normalize: cifar10Statistics, shuffle: true })) ...
 *
 * Throws `DatasetOptionError` at once for a batch size or a limit that makes no sense.
 */
export function batches(set: ImageSet, options: BatchOptions): AsyncIterable<Batch> {
  check(set, options);
  return {
    [Symbol.asyncIterator]: async function* () {
      const { batchSize, dropLast = false } = options;
      const order = epochOrder(set.count, options);
      const write = pictureWriter(set, options);
      for (let start = 0; start < order.length; start += batchSize) {
        const indices = order.subarray(start, start + batchSize);
        if (dropLast && indices.length < batchSize) return;
        yield assemble(set, indices, write);
      }
    },
  };
}

function check({ shape }: ImageSet, options: BatchOptions): void {
  const { batchSize, limit, normalize } = options;
  requireWhole("batchSize", batchSize, 1);
  if (limit !== undefined) requireWhole("limit", limit, 1);
  if (normalize.mean.length !== shape[2] || normalize.std.length !== shape[2]) {
    throw new DatasetOptionError(
      `normalize has ${normalize.mean.length} means and ${normalize.std.length} deviations; the pictures have ${shape[2]} channels`,
    );
  }
  if (!normalize.std.every((deviation) => deviation > 0)) {
    throw new DatasetOptionError(
      `normalize has deviations of ${normalize.std.join(", ")}; all must be above 0`,
    );
  }
}

function epochOrder(count: number, options: BatchOptions): Int32Array {
  const { seed = 0, epoch = 0, limit = count } = options;
  const order = Int32Array.from({ length: count }, (_, i) => i);
  if (options.shuffle) shuffle(order, createRandom(orderStream, seed, epoch));
  return order.subarray(0, limit);
}

/** Writes picture `index`, augmented and normalised, to `target` from `offset` on. */
type PictureWriter = (index: number, target: Float32Array, offset: number) => void;

function pictureWriter(set: ImageSet, options: BatchOptions): PictureWriter {
  const { augment, seed = 0, epoch = 0 } = options;
  const { shape, images } = set;
  const size = imageBytes(shape);
  const levels = normalizedLevels(options.normalize);
  const scratch = new Uint8Array(size);
  return (index, target, offset) => {
    const picture = images.subarray(index * size, (index + 1) * size);
    if (!augment) return normalizeInto(target, offset, picture, levels);
    augment.apply(picture, scratch, shape, createRandom(augmentationStream, seed, epoch, index));
    normalizeInto(target, offset, scratch, levels);
  };
}

/** For each channel, what each of the 256 bytes becomes. */
function normalizedLevels({ mean, std }: Normalization): readonly Float32Array[] {
  return mean.map((center, channel) =>
    Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - center) / (std[channel] ?? 1)),
  );
}

function normalizeInto(
  target: Float32Array,
  offset: number,
  bytes: Uint8Array,
  levels: readonly Float32Array[],
): void {
  const channels = levels.length;
  for (const [channel, level] of levels.entries()) {
    for (let i = channel; i < bytes.length; i += channels) target[offset + i] = level[bytes[i] ?? 0] ?? 0;
  }
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
