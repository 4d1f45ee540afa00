/** The matrix of a ridge regression, `mean x xᵀ + λ I`, factorised; one for each group of output channels. */
import type * as tf from "@tensorflow/tfjs-core";
import { factorize } from "./cholesky.ts";
import { CompensationError } from "./errors.ts";
import { addInto, product } from "./sum-products.ts";

export interface GramFactors {
  /** Factors L by group, `[features, features]`. */
  readonly factors: readonly Float64Array[];
  /** λ by group. */
  readonly lambda: Float64Array;
  /** The number of features. */
  readonly size: number;
  /** λ relative to the mean of the diagonal; above the requested one where the matrix is singular. */
  readonly ridge: number;
}

/** λ grows up to so many times the requested one. */
const mostGrowth = 1e6;

/**
 * @param features - `[groups, rows, features]` per minibatch.
 * @param ridge - λ relative to the mean of the diagonal; it grows tenfold while a matrix is singular.
 * @throws CompensationError for features that are not finite.
 */
export async function gramFactors(features: readonly tf.Tensor3D[], ridge: number): Promise<GramFactors> {
  const [groups = 0, , size = 0] = features[0]?.shape ?? [];
  const gram = await secondMoments(features, groups, size);
  const smallest = Math.max(ridge, 1e-9);
  for (let used = ridge; used <= mostGrowth * smallest; used = Math.max(10 * used, smallest)) {
    const factored = Array.from({ length: groups }, (_, group) => {
      const matrix = gram.slice(group * size * size, (group + 1) * size * size);
      const lambda = used * meanDiagonal(matrix, size);
      for (let i = 0; i < size; i++) matrix[i * size + i] = (matrix[i * size + i] as number) + lambda;
      return factorize(matrix, size) ? { matrix, lambda } : null;
    });
    const complete = factored.filter((each) => each !== null);
    if (complete.length < groups) continue;
    const factors = complete.map(({ matrix }) => matrix);
    return { factors, lambda: Float64Array.from(complete, ({ lambda }) => lambda), size, ridge: used };
  }
  throw new CompensationError("its inputs are not finite: check the samples and the weights");
}

/** 1 for a matrix of zeros, whose features are never active. */
function meanDiagonal(matrix: Float64Array, size: number): number {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += matrix[i * size + i] as number;
  return trace / size || 1;
}

/** `mean x xᵀ` over all rows, `[groups, features, features]`. */
async function secondMoments(
  features: readonly tf.Tensor3D[],
  groups: number,
  size: number,
): Promise<Float64Array> {
  const total = new Float64Array(groups * size * size);
  let count = 0;
  for (const each of features) {
    count += each.shape[1];
    await addInto(total, () => product(each, each));
  }
  return total.map((value) => value / count);
}
