/** What every statistic of two lists asks of them. */
import { MetricsError } from "./errors.ts";

export type Numbers = ArrayLike<number>;

/** @throws MetricsError unless the lists are equally long and hold at least 2 numbers. */
export function checkPairs(x: Numbers, y: Numbers): void {
  if (x.length === y.length && x.length > 1) return;
  throw new MetricsError(`two lists of equal length are needed, at least 2, not ${x.length} and ${y.length}`);
}

export function hasNaN(values: Numbers): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}
