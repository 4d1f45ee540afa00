/** The batches of an epoch. */
import type { Batches, UnlabelledBatches } from "@secateur/training";
import { PrunerError } from "./errors.ts";
import type { Data, UnlabelledData } from "./prune-options.ts";

/** Throws `PrunerError` where `data` holds the batches of one epoch only: they are disposed after use. */
export function batchesOf(data: Data, epoch: number): Batches;
export function batchesOf(data: UnlabelledData, epoch: number): UnlabelledBatches;
export function batchesOf(data: UnlabelledData, epoch: number): UnlabelledBatches {
  if (typeof data === "function") return data(epoch);
  if (epoch === 0) return data;
  throw new PrunerError(
    `epoch ${epoch} has no data: pass data as a function (epoch) => batches, as batches are disposed after use`,
  );
}
