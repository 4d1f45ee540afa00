/** Minibatches that know how long each was worked on. */
import type { Batch, Batches } from "@secateur/training";
import { median } from "../speed/median.ts";

export interface TimedBatches {
  readonly batches: Batches;
  /** Median seconds a minibatch, from its hand-over to the request for the next; null before there was one. */
  readonly median: () => number | null;
}

/**
 * @param warmUp so many are not counted: an engine may prepare itself, and the first ones are slow.
 * @param onBatch is told of every one that is done.
 */
export function timed(batches: Batches, warmUp: number, onBatch: () => void): TimedBatches {
  const seconds: number[] = [];
  async function* watch(): AsyncGenerator<Batch> {
    for await (const batch of batches) {
      const start = performance.now();
      yield batch;
      seconds.push((performance.now() - start) / 1000);
      onBatch();
      await new Promise((resolve) => setImmediate(resolve)); // lets the process hear of interrupts
    }
  }
  const counted = (): readonly number[] => (seconds.length > warmUp ? seconds.slice(warmUp) : seconds);
  return { batches: watch(), median: () => (seconds.length === 0 ? null : median(counted())) };
}
