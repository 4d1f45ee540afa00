/** The batch statistics of every batch normalisation of a model, from a forward pass in mode "train". */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { BatchStatistics } from "./batch-normalization.ts";
import { noFinalActivations } from "./final-activation.ts";
import { runModel } from "./run-calls.ts";

/**
 * The model does not change; dropout is off.
 *
 * @param xs - The model's inputs, `[batch, ...]` each. The caller disposes them.
 * @returns One entry per call of a batch normalisation. The caller disposes the tensors.
 *
 * @example for (const { layer, mean, variance } of batchNormStatistics(model, [images])) mean.print();
 */
export function batchNormStatistics(
  model: tfl.LayersModel,
  xs: readonly tf.Tensor[],
): readonly BatchStatistics[] {
  const statistics: BatchStatistics[] = [];
  const hooks = { outputHooks: {}, inputHooks: {}, finalActivations: noFinalActivations };
  tf.tidy(() => {
    const onStatistics = (batch: BatchStatistics): void => void statistics.push(batch);
    runModel(model, xs, { mode: "train", dropout: false, ...hooks, onStatistics });
    return statistics.flatMap(({ mean, variance }) => [mean, variance]);
  });
  return statistics;
}
