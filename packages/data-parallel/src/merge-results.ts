/** What the workers computed, made one: each counts by its share of the minibatch. */
import * as tf from "@tensorflow/tfjs-core";
import type { WeightPlace } from "./weight-layout.ts";

export interface SharedResult {
  /** A worker's results, laid out like the weights. */
  readonly values: Float32Array;
  readonly share: number;
}

/** Σ share · gradient: the gradient of the mean over the whole minibatch. */
export function mergeGradient(results: readonly SharedResult[], place: WeightPlace): tf.Tensor {
  const sum = new Float32Array(place.end - place.start);
  for (const { values, share } of results) {
    for (let i = 0; i < sum.length; i++) {
      sum[i] = (sum[i] as number) + share * (values[place.start + i] as number);
    }
  }
  return tf.tensor(sum, [...place.shape]);
}

/**
 * What became of a weight that does not train, or null where nothing did: before + Σ share · (after - before). Moving
 * averages are affine in the statistics they are moved by, however often, so this is how the share-weighted mean of the
 * workers' statistics moves them: `moving · m + (1 - m) · Σ share · statistic`.
 */
export function mergeChange(
  results: readonly SharedResult[],
  weights: Float32Array,
  place: WeightPlace,
): tf.Tensor | null {
  const before = weights.subarray(place.start, place.end);
  const isSame = results.every(({ values }) => before.every((value, i) => value === values[place.start + i]));
  if (isSame) return null;
  const after = before.map((value, i) => {
    const change = ({ values, share }: SharedResult): number =>
      share * ((values[place.start + i] as number) - value);
    return value + results.reduce((sum, result) => sum + change(result), 0);
  });
  return tf.tensor(new Float32Array(after), [...place.shape]);
}
