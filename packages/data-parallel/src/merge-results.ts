/** Combines the workers' results. Each shard is weighted by `share`, its fraction of the batch. */
import * as tf from "@tensorflow/tfjs-core";
import type { WeightRange } from "./weight-layout.ts";

export interface WeightedResult {
  /** A worker's results, in the layout of the weights. */
  readonly values: Float32Array;
  /** The shard's fraction of the batch. */
  readonly share: number;
}

export interface MergedResults {
  readonly gradients: Readonly<Record<string, tf.Tensor>>;
  /** New values of weights that are not trained: the moving averages. Unchanged weights are omitted. */
  readonly movingAverages: Readonly<Record<string, tf.Tensor>>;
}

/** By weight name. The caller disposes the tensors. */
export function mergeResults(
  layout: readonly WeightRange[],
  weights: Float32Array,
  results: readonly WeightedResult[],
  trained: ReadonlySet<string>,
): MergedResults {
  const gradients: Record<string, tf.Tensor> = {};
  const movingAverages: Record<string, tf.Tensor> = {};
  for (const range of layout) {
    if (trained.has(range.name)) gradients[range.name] = mergeGradient(results, range);
    else {
      const value = mergeMovingAverage(results, weights, range);
      if (value !== null) movingAverages[range.name] = value;
    }
  }
  return { gradients, movingAverages };
}

/** Σ share · gradient: the gradient of the mean over the whole minibatch. */
function mergeGradient(results: readonly WeightedResult[], range: WeightRange): tf.Tensor {
  const sum = new Float32Array(range.end - range.start);
  for (const { values, share } of results) {
    for (let i = 0; i < sum.length; i++) {
      sum[i] = (sum[i] as number) + share * (values[range.start + i] as number);
    }
  }
  return tf.tensor(sum, [...range.shape]);
}

/**
 * The new value of a weight that is not trained, `before + Σ share · (after - before)`, or null if it is unchanged. A
 * moving average is affine in the batch statistics, so the result is the moving average updated by the share-weighted mean
 * of the workers' statistics: `moving · m + (1 - m) · Σ share · statistic`.
 */
function mergeMovingAverage(
  results: readonly WeightedResult[],
  weights: Float32Array,
  range: WeightRange,
): tf.Tensor | null {
  const before = weights.subarray(range.start, range.end);
  const isSame = results.every(({ values }) => before.every((value, i) => value === values[range.start + i]));
  if (isSame) return null;
  const after = before.map((value, i) => {
    const change = ({ values, share }: WeightedResult): number =>
      share * ((values[range.start + i] as number) - value);
    return value + results.reduce((sum, result) => sum + change(result), 0);
  });
  return tf.tensor(new Float32Array(after), [...range.shape]);
}
