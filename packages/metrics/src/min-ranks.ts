/** Ranks with ties: equal values share the lowest rank. */
import type { Numbers } from "./paired-lists.ts";

/**
 * The index of each value in the sorted list, from 0; equal values get the index of the first of them.
 *
 * @param values - Must not contain NaN.
 */
export function minRanks(values: Numbers): Float64Array {
  const sorted = Float64Array.from(values).sort();
  return Float64Array.from({ length: sorted.length }, (_, i) => firstIndex(Number(values[i]), sorted));
}

/** Binary search. */
function firstIndex(value: number, sorted: Float64Array): number {
  let [from, to] = [0, sorted.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (Number(sorted[middle]) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
