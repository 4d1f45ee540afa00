/**
 * The place of every value in its sorted list, from 0 on; equal values share the first of theirs. All that correlations of
 * ranks need to know. Numbers are sorted as such and looked up, which is faster than sorting places by a comparison.
 */
import type { Numbers } from "./check-pairs.ts";

/** @param values without NaN */
export function places(values: Numbers): Float64Array {
  const sorted = Float64Array.from(values).sort();
  const result = new Float64Array(sorted.length);
  for (let i = 0; i < result.length; i++) result[i] = placeOf(Number(values[i]), sorted);
  return result;
}

function placeOf(value: number, sorted: Float64Array): number {
  let [from, to] = [0, sorted.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (Number(sorted[middle]) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
