/** Which pictures an epoch holds, in which order, and the chance that belongs to each: all from (seed, epoch) alone. */

import { createRandom, type Random, shuffle } from "@secateur/base";
import { requireWhole } from "./errors.ts";

export interface EpochOptions {
  readonly batchSize: number;
  /** Default 0. */
  readonly seed?: number;
  /** Default 0. */
  readonly epoch?: number;
  /** Default false: the set's own order. */
  readonly shuffle?: boolean;
  /** At most this many pictures of the epoch. Default all. */
  readonly limit?: number | undefined;
  /** Leave out a last batch that is not full. Default false. */
  readonly dropLast?: boolean;
}

// Keys that keep the streams of one seed apart.
const orderStream = 1;
const augmentationStream = 2;

/** Throws `DatasetOptionError` for a batch size or a limit that makes no sense. */
export function requireEpoch({ batchSize, limit }: EpochOptions): void {
  requireWhole("batchSize", batchSize, 1);
  if (limit !== undefined) requireWhole("limit", limit, 1);
}

/** The indices of the epoch's pictures, of `count` in the set. */
export function epochOrder(count: number, options: EpochOptions): Int32Array {
  const { batchSize, seed = 0, epoch = 0, limit = count, dropLast = false } = options;
  const order = Int32Array.from({ length: count }, (_, i) => i);
  if (options.shuffle) shuffle(order, createRandom(orderStream, seed, epoch));
  const taken = Math.min(count, limit);
  return order.subarray(0, dropLast ? taken - (taken % batchSize) : taken);
}

/** What decides the augmentation of the picture `index`: not its place in the order, nor the batch size. */
export function pictureRandom({ seed = 0, epoch = 0 }: EpochOptions, index: number): Random {
  return createRandom(augmentationStream, seed, epoch, index);
}
