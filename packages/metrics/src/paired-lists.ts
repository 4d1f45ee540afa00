/** Input checks shared by the statistics of two paired lists. */
import { MetricsError } from "./errors.ts";

export type Numbers = ArrayLike<number>;

/** @throws MetricsError unless both lists have the same length of at least 2. */
export function checkPairs(x: Numbers, y: Numbers): void {
  if (x.length === y.length && x.length > 1) return;
  throw new MetricsError(
    `expected two lists of the same length of at least 2, got lengths ${x.length} and ${y.length}`,
  );
}

export function hasNaN(values: Numbers): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}
