/**
 * All-reduce of batch normalisation's sums: several workers, each with a part of one minibatch, normalise by the whole
 * minibatch's statistics.
 */

/** Replaces each number by its sum over all workers. All call it equally often, with arrays of equal length. */
export type SumReducer = (sums: Float64Array) => void;

let reducer: SumReducer | null = null;

/**
 * Sets how batch normalisation in training on this thread adds up its sums. Assumes that each worker differentiates the
 * mean loss of its own part.
 *
 * @param reduce - May block the thread. Null, the default: the statistics of this thread's part.
 */
export function setSumReducer(reduce: SumReducer | null): void {
  reducer = reduce;
}

export function sumReducer(): SumReducer | null {
  return reducer;
}
