// Lets several workers, each with a part of one minibatch, normalise by the whole minibatch's statistics: the sums that
// batch normalisation takes over its rows are added up between them before they are used. Nothing else asks for it.

/**
 * Replaces each number by its sum over all workers. Every worker calls it equally often, with arrays of equal length.
 */
export type SumReducer = (sums: Float64Array) => void;

let reducer: SumReducer | null = null;

/**
 * From now on, batch normalisation in training on this thread's wasm engine adds up its sums with other workers'. It
 * takes for granted that each worker differentiates the mean loss of its own part.
 *
 * @param reduce - May block the thread; null, as at the beginning, for the statistics of what this thread is given.
 */
export const setSumReducer = (reduce: SumReducer | null): void => {
  reducer = reduce;
};

export const sumReducer = (): SumReducer | null => reducer;
