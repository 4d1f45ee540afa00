/** Pearson's r and Spearman's ρ of two paired lists, from -1 to 1. */
import { minRanks } from "./min-ranks.ts";
import { checkPairs, hasNaN, type Numbers } from "./paired-lists.ts";

/**
 * Pearson's linear correlation. NaN if a list is constant.
 *
 * @throws MetricsError unless both lists have the same length of at least 2.
 *
 * @example pearson([1, 2, 3], [2, 4, 6]); // 1
 */
export function pearson(x: Numbers, y: Numbers): number {
  checkPairs(x, y);
  if (isConstant(x) || isConstant(y)) return Number.NaN;
  const [a, b] = [centred(x), centred(y)];
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/**
 * Spearman's rank correlation: Pearson's r of the ranks, where ties share their mean rank. NaN if a list is constant or
 * contains NaN.
 *
 * @throws MetricsError unless both lists have the same length of at least 2.
 *
 * @example spearman([0.1, 0.4, 0.2], [1, 9, 3]); // 1
 */
export function spearman(x: Numbers, y: Numbers): number {
  checkPairs(x, y);
  return hasNaN(x) || hasNaN(y) ? Number.NaN : pearson(meanRanks(x), meanRanks(y));
}

/** Ranks from 1; ties share their mean rank. */
function meanRanks(values: Numbers): Float64Array {
  const ranks = minRanks(values);
  const ties = new Float64Array(ranks.length);
  for (const rank of ranks) ties[rank] = Number(ties[rank]) + 1;
  return ranks.map((rank) => rank + (Number(ties[rank]) + 1) / 2);
}

/** Not a test of the variance: rounding makes that of a constant list positive. */
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
