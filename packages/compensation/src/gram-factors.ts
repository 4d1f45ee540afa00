/** The matrix of a ridge regression, `mean x xᵀ + λ I`, factorised; one for each group of output channels. */
import { factorize } from "./cholesky.ts";
import { CompensationError } from "./errors.ts";
import type { SecondMoments } from "./second-moments.ts";

export interface GramFactors {
  /** Factors L by group, `[features, features]`. */
  readonly factors: readonly Float64Array[];
  /** λ of every feature, `[groups, features]`. */
  readonly lambda: Float64Array;
  /** The number of features. */
  readonly size: number;
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
export function gramFactors(
  { sums, rows, groups, size }: SecondMoments,
  { ridge, hasShift }: RidgeSettings,
): GramFactors {
  const gram = sums.map((sum) => sum / rows);
  const smallest = Math.max(ridge, 1e-9);
  for (let used = ridge; used <= mostGrowth * smallest; used = Math.max(10 * used, smallest)) {
    const lambda = penaltiesOf(gram, groups, size, { ridge: used, hasShift });
    const factors = factorsOf(gram, lambda, groups, size);
    if (factors !== null) return { factors, lambda, size, ridge: used };
  }
  throw new CompensationError("its inputs are not finite: check the samples and the weights");
}

/** λ of every feature, `[groups, features]`. */
function penaltiesOf(
  gram: Float64Array,
  groups: number,
  size: number,
  { ridge, hasShift }: RidgeSettings,
): Float64Array {
  const lambda = new Float64Array(groups * size);
  for (let group = 0; group < groups; group++) {
    const matrix = gram.subarray(group * size * size, (group + 1) * size * size);
    const penalties = lambda.subarray(group * size, (group + 1) * size);
    penalties.fill(ridge * scaleOf(matrix, size, hasShift));
    if (hasShift) penalties[size - 1] = ridge * (matrix[size * size - 1] as number);
  }
  return lambda;
}

/** Factors of `G + λ`; null if one is not positive definite. */
function factorsOf(
  gram: Float64Array,
  lambda: Float64Array,
  groups: number,
  size: number,
): readonly Float64Array[] | null {
  const factors: Float64Array[] = [];
  for (let group = 0; group < groups; group++) {
    const matrix = gram.slice(group * size * size, (group + 1) * size * size);
    for (let i = 0; i < size; i++)
      matrix[i * size + i] = (matrix[i * size + i] as number) + (lambda[group * size + i] as number);
    if (!factorize(matrix, size)) return null;
    factors.push(matrix);
  }
  return factors;
}

/** The mean of the diagonal without the constant; 1 for a matrix of zeros, whose features are never active. */
function scaleOf(matrix: Float64Array, size: number, hasShift: boolean): number {
  const count = hasShift ? size - 1 : size;
  let trace = 0;
  for (let i = 0; i < count; i++) trace += matrix[i * size + i] as number;
  return trace / count || 1;
}
