/** The matrix of a ridge regression, `mean x xᵀ + λ I`, factorised; one for each group of output channels. */
import { factorize } from "./cholesky.ts";
import { CompensationError } from "./errors.ts";
import type { SecondMoments } from "./second-moments.ts";

export interface GramFactors {
  /** Factors L by group, `[features, features]`. */
  readonly factors: readonly Float64Array[];
  /** λ of every feature, `[groups, features]`. */
  readonly lambda: Float64Array;
  /** λ relative to the mean of the diagonal; above the requested one where the matrix is singular. */
  readonly ridge: number;
}

export interface RidgeSettings {
  /** λ relative to the mean of the diagonal; it grows tenfold while a matrix is singular. */
  readonly ridge: number;
  /** The last feature is a constant, whose λ is relative to its own mean square. */
  readonly hasShift: boolean;
}

/** λ grows up to so many times the requested one. */
const mostGrowth = 1e6;

/** @throws CompensationError for moments that are not finite. */
export function gramFactors(moments: SecondMoments, { ridge, hasShift }: RidgeSettings): GramFactors {
  const smallest = Math.max(ridge, 1e-9);
  for (let used = ridge; used <= mostGrowth * smallest; used = Math.max(10 * used, smallest)) {
    const lambda = penaltiesOf(moments, { ridge: used, hasShift });
    const factors = factorsOf(moments, lambda);
    if (factors !== null) return { factors, lambda, ridge: used };
  }
  throw new CompensationError("its inputs are not finite: check the samples and the weights");
}

/** λ of every feature, `[groups, features]`. */
export function penaltiesOf(
  { sums, rows, groups, size }: SecondMoments,
  { ridge, hasShift }: RidgeSettings,
): Float64Array {
  const lambda = new Float64Array(groups * size);
  for (let group = 0; group < groups; group++) {
    const matrix = sums.subarray(group * size * size, (group + 1) * size * size);
    const penalties = lambda.subarray(group * size, (group + 1) * size);
    penalties.fill(ridge * (scaleOf(matrix, size, hasShift) / rows || 1));
    if (hasShift) penalties[size - 1] = (ridge * (matrix[size * size - 1] as number)) / rows;
  }
  return lambda;
}

/** Factors of `G + λ`; null if one is not positive definite. */
function factorsOf(
  { sums, rows, groups, size }: SecondMoments,
  lambda: Float64Array,
): readonly Float64Array[] | null {
  const factors: Float64Array[] = [];
  for (let group = 0; group < groups; group++) {
    const matrix = sums.slice(group * size * size, (group + 1) * size * size);
    for (let at = 0; at < matrix.length; at++) matrix[at] = (matrix[at] as number) / rows;
    for (let i = 0; i < size; i++)
      matrix[i * size + i] = (matrix[i * size + i] as number) + (lambda[group * size + i] as number);
    if (!factorize(matrix, size)) return null;
    factors.push(matrix);
  }
  return factors;
}

/** The mean of the diagonal without the constant. */
function scaleOf(matrix: Float64Array, size: number, hasShift: boolean): number {
  const count = hasShift ? size - 1 : size;
  let trace = 0;
  for (let i = 0; i < count; i++) trace += matrix[i * size + i] as number;
  return trace / count;
}
