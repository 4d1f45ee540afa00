/**
 * Kendall's τ-b = (concordant - discordant) / √((pairs - ties in x)(pairs - ties in y)), in O(n log n) after Knight, "A
 * Computer Method for Calculating Kendall's Tau with Ungrouped Data", 1966: with the pairs sorted by x, the discordant
 * pairs are the inversions of y. All counts are integers, so the result equals the O(n²) definition bit for bit.
 */
import { minRanks } from "./min-ranks.ts";
import { checkPairs, hasNaN, type Numbers } from "./paired-lists.ts";

/**
 * Kendall's τ-b: 1 for the same order, -1 for the reverse order, NaN if a list is constant or contains NaN.
 *
 * @throws MetricsError unless both lists have the same length of at least 2.
 *
 * @example kendall([1, 2, 3], [1, 3, 2]); // 1/3
 */
export function kendall(x: Numbers, y: Numbers): number {
  checkPairs(x, y);
  if (hasNaN(x) || hasNaN(y)) return Number.NaN;
  const n = x.length;
  const [ranksX, ranksY] = [minRanks(x), minRanks(y)];
  const sorted = ranksX.map((rank, i) => rank * n + Number(ranksY[i])).sort();
  const byX = sorted.map((both) => Math.floor(both / n));
  const byY = sorted.map((both) => both % n);
  const pairs = (n * (n - 1)) / 2;
  const [tiedX, tiedBoth] = [tiedPairs(byX), tiedPairs(sorted)];
  const discordant = sortCountingInversions(byY);
  const tiedY = tiedPairs(byY);
  const difference = pairs - tiedX - tiedY + tiedBoth - 2 * discordant;
  return difference / Math.sqrt((pairs - tiedX) * (pairs - tiedY));
}

/** The number of pairs of equal values in a sorted list. */
function tiedPairs(sorted: Float64Array): number {
  let [pairs, equalBefore] = [0, 0];
  for (let i = 1; i < sorted.length; i++) {
    equalBefore = sorted[i] === sorted[i - 1] ? equalBefore + 1 : 0;
    pairs += equalBefore;
  }
  return pairs;
}

/** Merge sort in place. Returns the number of inversions. */
function sortCountingInversions(values: Float64Array): number {
  const merged = new Float64Array(values.length);
  let inversions = 0;
  for (let width = 1; width < values.length; width *= 2) {
    for (let from = 0; from < values.length; from += 2 * width) {
      inversions += merge(values, merged, from, width);
    }
    values.set(merged);
  }
  return inversions;
}

/** Merges two adjacent sorted runs of length `width` that start at `from` into `merged`. Returns their inversions. */
function merge(values: Float64Array, merged: Float64Array, from: number, width: number): number {
  const middle = Math.min(from + width, values.length);
  const end = Math.min(middle + width, values.length);
  let [left, right, inversions] = [from, middle, 0];
  for (let to = from; to < end; to++) {
    const takesRight = right < end && (left === middle || Number(values[right]) < Number(values[left]));
    if (takesRight) inversions += middle - left;
    merged[to] = Number(takesRight ? values[right++] : values[left++]);
  }
  return inversions;
}
