/** The order of an epoch's images and the random numbers of each image. Both follow from `(seed, epoch)` alone. */

import { createRandom, type Random, shuffle } from "@secateur/base";
import { requireInteger } from "./errors.ts";

export interface EpochOptions {
  readonly batchSize: number;
  /** Default 0. */
  readonly seed?: number;
  /** Default 0. */
  readonly epoch?: number;
  /** Default false: the order of the data set. */
  readonly shuffle?: boolean;
  /** Maximum number of images per epoch. Default: all. */
  readonly limit?: number | undefined;
  /** Drop the last batch if it is smaller than `batchSize`. Default false. */
  readonly dropLast?: boolean;
}

// Keys that give the two uses of one seed independent random numbers.
const orderStream = 1;
const augmentationStream = 2;

/** @throws DatasetOptionError unless `batchSize` and `limit` are integers of at least 1. */
export function checkEpochOptions({ batchSize, limit }: EpochOptions): void {
  requireInteger("batchSize", batchSize, 1);
  if (limit !== undefined) requireInteger("limit", limit, 1);
}

/** The indices of the epoch's images, for a data set of `count` images. */
export function epochOrder(count: number, options: EpochOptions): Int32Array {
  const { batchSize, seed = 0, epoch = 0, limit = count, dropLast = false } = options;
  const order = Int32Array.from({ length: count }, (_, i) => i);
  if (options.shuffle) shuffle(order, createRandom(orderStream, seed, epoch));
  const length = Math.min(count, limit);
  return order.subarray(0, dropLast ? length - (length % batchSize) : length);
}

/** The generator for the augmentation of image `index`. It depends on neither the order nor the batch size. */
export function imageRandom({ seed = 0, epoch = 0 }: EpochOptions, index: number): Random {
  return createRandom(augmentationStream, seed, epoch, index);
}
