/** The batches of an epoch. */
import { type Batches, disposeBatch, type UnlabelledBatch, type UnlabelledBatches } from "@secateur/training";
import { PrunerError } from "./errors.ts";
import type { Data, UnlabelledData } from "./prune-options.ts";

/** Throws `PrunerError` where `data` holds the batches of one epoch only: they are disposed after use. */
export function batchesOf(data: Data, epoch: number): Batches;
export function batchesOf(data: UnlabelledData, epoch: number): UnlabelledBatches;
export function batchesOf(data: UnlabelledData, epoch: number): UnlabelledBatches {
  if (typeof data === "function") return data(epoch);
  if (epoch === 0) return Array.isArray(data) ? disposing(data) : data;
  throw new PrunerError(
    `epoch ${epoch} has no data: pass data as a function (epoch) => batches, as batches are disposed after use`,
  );
}

/** Disposes the batches of a list that are not read once reading has begun. */
function* disposing(batches: readonly UnlabelledBatch[]): Generator<UnlabelledBatch> {
  try {
    yield* batches;
  } finally {
    for (const batch of batches) disposeBatch(batch);
  }
}
