/** Second moments of a regression's features, summed over rows in double precision. */
import type * as tf from "@tensorflow/tfjs-core";
import { addInto, product } from "./sum-products.ts";

export interface SecondMoments {
  /** `Σ x xᵀ` over all rows, `[groups, features, features]`. */
  readonly sums: Float64Array;
  readonly rows: number;
  readonly groups: number;
  /** The number of features. */
  readonly size: number;
}

/** @param features - `[groups, rows, features]` per minibatch. */
export async function secondMoments(features: readonly tf.Tensor3D[]): Promise<SecondMoments> {
  const [groups = 0, , size = 0] = features[0]?.shape ?? [];
  const sums = new Float64Array(groups * size * size);
  let rows = 0;
  for (const each of features) {
    rows += each.shape[1];
    await addInto(sums, () => product(each, each));
  }
  return { sums, rows, groups, size };
}

/** Of the rows of both. */
export function mergedMoments(a: SecondMoments, b: SecondMoments): SecondMoments {
  return { ...a, sums: a.sums.map((sum, i) => sum + (b.sums[i] as number)), rows: a.rows + b.rows };
}
