/** Means and how far they may be off. */

export interface Spread {
  readonly mean: number;
  /** Sample standard deviation over seeds. For one seed, the standard error of a share of the test images; else null. */
  readonly std: number | null;
}

/** @param values - One per seed, at least one. */
export function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, std: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (values.length - 1)) };
}

/**
 * Of shares of `count` test images. One seed's has the standard error √(p (1 - p) / count), where p counts one image more that
 * is right and one that is wrong (Laplace), so that 0 has an error as well.
 */
export function spreadOfShares(values: readonly number[], count: number): Spread {
  const { mean, std } = spread(values);
  const p = (mean * count + 1) / (count + 2);
  return { mean, std: std ?? Math.sqrt((p * (1 - p)) / count) };
}
