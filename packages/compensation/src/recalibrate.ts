/**
 * Recalibrates batch normalisation: replaces its moving averages by the means of the batch statistics over the samples. Costs
 * one forward pass; no other weight changes.
 */
import { layerWeight, variableOf } from "@secateur/model-graph";
import { batchNormStatistics } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/** Sums over minibatches, weighted by their numbers of examples. */
interface Totals {
  count: number;
  mean: tf.Tensor1D;
  variance: tf.Tensor1D;
}

/**
 * Changes the model. A layer that is called several times gets the mean over its calls.
 *
 * @param minibatches - The model's inputs, one list per minibatch. They are not disposed.
 * @returns The names of the layers whose averages were replaced.
 */
export function recalibrate(
  model: tfl.LayersModel,
  minibatches: readonly (readonly tf.Tensor[])[],
): readonly string[] {
  const totals = new Map<tfl.layers.Layer, Totals>();
  for (const xs of minibatches) {
    const size = xs[0]?.shape[0] ?? 0;
    const statistics = batchNormStatistics(model, xs);
    for (const { layer, mean, variance } of statistics) {
      const sum = totals.get(layer);
      totals.set(layer, {
        count: (sum?.count ?? 0) + size,
        mean: added(sum?.mean, mean, size),
        variance: added(sum?.variance, variance, size),
      });
      tf.dispose([mean, variance]);
    }
  }
  for (const [layer, { count, mean, variance }] of totals) {
    assign(layer, "moving_mean", mean, count);
    assign(layer, "moving_variance", variance, count);
    tf.dispose([mean, variance]);
  }
  return [...totals.keys()].map(({ name }) => name);
}

/** `sum + value · weight`; disposes the old sum. */
function added(sum: tf.Tensor1D | undefined, value: tf.Tensor1D, weight: number): tf.Tensor1D {
  const next = tf.tidy(() => tf.add(sum ?? 0, tf.mul(value, weight)) as tf.Tensor1D);
  sum?.dispose();
  return next;
}

function assign(layer: tfl.layers.Layer, name: string, total: tf.Tensor1D, count: number): void {
  const weight = layerWeight(layer, name);
  if (weight === undefined) return;
  const mean = tf.div(total, count);
  variableOf(weight).assign(mean);
  mean.dispose();
}
