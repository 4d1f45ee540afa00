/** Measures how long a consumer works on each minibatch. */
import type { Batch, Batches } from "@secateur/training";
import { median } from "../run/median.ts";

export interface TimedBatches {
  readonly batches: Batches;
  /** Median seconds from one minibatch to the request for the next; null before the first. */
  readonly median: () => number | null;
}

/**
 * @param warmUp - The number of first minibatches that do not count, because engines compile during them.
 * @param onBatch - Called after every minibatch.
 */
export function timed(batches: Batches, warmUp: number, onBatch: () => void): TimedBatches {
  const seconds: number[] = [];
  async function* watch(): AsyncGenerator<Batch> {
    for await (const batch of batches) {
      const start = performance.now();
      yield batch;
      seconds.push((performance.now() - start) / 1000);
      onBatch();
      await new Promise((resolve) => setImmediate(resolve)); // lets the process handle signals
    }
  }
  const counted = (): readonly number[] => (seconds.length > warmUp ? seconds.slice(warmUp) : seconds);
  return { batches: watch(), median: () => (seconds.length === 0 ? null : median(counted())) };
}
