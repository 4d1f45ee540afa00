/** How well two lists agree: Pearson's r and Spearman's ρ (with ties). 1 is agreement, -1 the reverse. */
import { checkPairs, hasNaN, type Numbers } from "./check-pairs.ts";

/** Linear correlation; NaN when a list is constant. */
export function pearson(x: Numbers, y: Numbers): number {
  checkPairs(x, y);
  if (isConstant(x) || isConstant(y)) return Number.NaN;
  const [a, b] = [centred(x), centred(y)];
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** Pearson's r of the ranks; ties share the mean rank. NaN when a list is constant or holds NaN. */
export function spearman(x: Numbers, y: Numbers): number {
  checkPairs(x, y);
  return hasNaN(x) || hasNaN(y) ? Number.NaN : pearson(ranks(x), ranks(y));
}

/** From 1 on; looked up in the sorted list, which is faster than sorting places by a comparison. */
function ranks(values: Numbers): Float64Array {
  const sorted = Float64Array.from(values).sort();
  const shared = new Float64Array(sorted.length);
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    shared.fill((from + to + 1) / 2, from, to);
  }
  const result = new Float64Array(sorted.length);
  for (let i = 0; i < result.length; i++) result[i] = Number(shared[placeOf(Number(values[i]), sorted)]);
  return result;
}

/** The first place of a value that is there. */
function placeOf(value: number, sorted: Float64Array): number {
  let [from, to] = [0, sorted.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (Number(sorted[middle]) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Asked for, because the mean of equal numbers need not be that number: 0.1 + 0.1 + 0.1 is not 0.3. */
function isConstant(values: Numbers): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

function centred(values: Numbers): Float64Array {
  const all = Float64Array.from(values);
  let sum = 0;
  for (const value of all) sum += value;
  const mean = sum / all.length;
  for (let i = 0; i < all.length; i++) all[i] = Number(all[i]) - mean;
  return all;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Number(a[i]) * Number(b[i]);
  return sum;
}
