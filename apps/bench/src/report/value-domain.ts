/** The domain of an axis: one for all plots of a row, and never a single value, for which axis labels are `0.000000%`. */

export interface DomainLimits {
  /** The shortest domain. */
  readonly leastSpan: number;
  /** Possible values, for instance 0 and 1 for an accuracy. */
  readonly within?: readonly [low: number, high: number];
}

/** @param values - Of all plots that share the axis; those that are not finite are left out. */
export function valueDomain(
  values: readonly number[],
  { leastSpan, within: [least, most] = [-Infinity, Infinity] }: DomainLimits,
): [low: number, high: number] {
  const finite = values.filter(Number.isFinite).map((value) => Math.min(most, Math.max(least, value)));
  if (finite.length === 0) return Number.isFinite(most - least) ? [least, most] : [0, leastSpan];
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  if (high - low >= leastSpan) return [low, high];
  const start = Math.max(least, Math.min(most - leastSpan, (low + high - leastSpan) / 2));
  return [start, start + leastSpan];
}
