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
  /** Images at the start of the epoch's order that are left out, because an interrupted epoch has used them. Default 0. */
  readonly skip?: number;
  /** Drop the last batch if it is smaller than `batchSize`. Default false. */
  readonly dropLast?: boolean;
}

// Keys that give the two uses of one seed independent random numbers.
const orderStream = 1;
const augmentationStream = 2;

/** @throws DatasetOptionError unless `batchSize` and `limit` are integers of at least 1, and `skip` one of at least 0. */
export function checkEpochOptions({ batchSize, limit, skip = 0 }: EpochOptions): void {
  requireInteger("batchSize", batchSize, 1);
  requireInteger("skip", skip, 0);
  if (limit !== undefined) requireInteger("limit", limit, 1);
}

/** Groups whose images are mixed with each other in a shuffled epoch. */
const mixedGroups = 8;

/**
 * The indices of the epoch's images, for a data set of `count` images.
 *
 * @param groupSizes - Of groups of consecutive images: a shuffled epoch takes the groups in random order and mixes the
 *   images of eight groups at a time.
 */
export function epochOrder(count: number, options: EpochOptions, groupSizes?: Int32Array): Int32Array {
  const { batchSize, seed = 0, epoch = 0, limit = count, skip = 0, dropLast = false } = options;
  const random = createRandom(orderStream, seed, epoch);
  const order = options.shuffle && groupSizes ? mixGroups(groupSizes, random) : range(0, count);
  if (options.shuffle && !groupSizes) shuffle(order, random);
  const length = Math.min(count, limit);
  return order.subarray(skip, dropLast ? length - (length % batchSize) : length);
}

function mixGroups(sizes: Int32Array, random: Random): Int32Array {
  const groups: Int32Array[] = [];
  for (let first = 0, group = 0; group < sizes.length; group++) {
    const end = first + (sizes[group] ?? 0);
    groups.push(range(first, end));
    first = end;
  }
  const order = shuffle(range(0, groups.length), random);
  const mixed: Int32Array[] = [];
  for (let first = 0; first < order.length; first += mixedGroups) {
    const together = [...order.subarray(first, first + mixedGroups)].flatMap((group) => [
      ...(groups[group] ?? []),
    ]);
    mixed.push(shuffle(Int32Array.from(together), random));
  }
  return Int32Array.from(mixed.flatMap((part) => [...part]));
}

const range = (start: number, end: number): Int32Array =>
  Int32Array.from({ length: end - start }, (_, i) => start + i);

/** The generator for the augmentation of image `index`. It depends on neither the order nor the batch size. */
export function imageRandom({ seed = 0, epoch = 0 }: EpochOptions, index: number): Random {
  return createRandom(augmentationStream, seed, epoch, index);
}
