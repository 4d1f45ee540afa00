/** How well two lists agree: Pearson's r and Spearman's ρ (with ties). 1 is agreement, -1 the reverse. */
import { checkPairs, hasNaN, type Numbers } from "./check-pairs.ts";
import { places } from "./places.ts";

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

/** From 1 on. */
function ranks(values: Numbers): Float64Array {
  const result = places(values);
  const sharing = new Float64Array(result.length);
  for (const place of result) sharing[place] = Number(sharing[place]) + 1;
  return result.map((place) => place + (Number(sharing[place]) + 1) / 2);
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
