/**
 * Kendall's τ-b: concordant less discordant pairs, over the geometric mean of the pairs that are not tied in each list.
 * O(n log n) after Knight, "A Computer Method for Calculating Kendall's Tau with Ungrouped Data", 1966: once the pairs are
 * in the order of x, the discordant ones are the exchanges that sorting by y takes. All counts are whole, so the result has
 * the bits of the definition that looks at every pair.
 */
import { checkPairs, hasNaN, type Numbers } from "./check-pairs.ts";
import { places } from "./places.ts";

/** 1 is the same order, -1 the reverse; NaN when a list is constant or holds NaN. */
export function kendall(x: Numbers, y: Numbers): number {
  checkPairs(x, y);
  if (hasNaN(x) || hasNaN(y)) return Number.NaN;
  const n = x.length;
  const [placesX, placesY] = [places(x), places(y)];
  const inOrder = placesX.map((place, i) => place * n + Number(placesY[i])).sort();
  const byX = inOrder.map((both) => Math.floor(both / n));
  const byY = inOrder.map((both) => both % n);
  const pairs = (n * (n - 1)) / 2;
  const [tiedX, tiedBoth] = [tiedPairs(byX), tiedPairs(inOrder)];
  const discordant = sortCountingExchanges(byY);
  const tiedY = tiedPairs(byY);
  const balance = pairs - tiedX - tiedY + tiedBoth - 2 * discordant;
  return balance / Math.sqrt((pairs - tiedX) * (pairs - tiedY));
}

/** Pairs of equal values in a sorted list. */
function tiedPairs(sorted: Float64Array): number {
  let [pairs, equalBefore] = [0, 0];
  for (let i = 1; i < sorted.length; i++) {
    equalBefore = sorted[i] === sorted[i - 1] ? equalBefore + 1 : 0;
    pairs += equalBefore;
  }
  return pairs;
}

/** Merge sort in place; the result is how many pairs stood in the wrong order. */
function sortCountingExchanges(values: Float64Array): number {
  const merged = new Float64Array(values.length);
  let exchanges = 0;
  for (let width = 1; width < values.length; width *= 2) {
    for (let from = 0; from < values.length; from += 2 * width) {
      exchanges += merge(values, merged, from, width);
    }
    values.set(merged);
  }
  return exchanges;
}

/** Two sorted runs of `width` from `from` on become one in `merged`. */
function merge(values: Float64Array, merged: Float64Array, from: number, width: number): number {
  const middle = Math.min(from + width, values.length);
  const end = Math.min(middle + width, values.length);
  let [left, right, exchanges] = [from, middle, 0];
  for (let to = from; to < end; to++) {
    const takesRight = right < end && (left === middle || Number(values[right]) < Number(values[left]));
    if (takesRight) exchanges += middle - left;
    merged[to] = Number(takesRight ? values[right++] : values[left++]);
  }
  return exchanges;
}
