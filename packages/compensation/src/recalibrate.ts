/**
 * Recalibrates batch normalisation: replaces its moving averages by the mean and variance over all samples, each layer's inputs
 * being normalised by their minibatch's statistics. Costs one forward pass; no other weight changes.
 */
import { type BatchStatistics, batchNormStatistics, mergedStatistics } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { assign } from "./write-back.ts";

/** Of the minibatches so far. */
interface Totals {
  readonly examples: number;
  readonly statistics: BatchStatistics;
}

/**
 * Changes the model. A layer that is called several times gets the statistics of all its calls.
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
    for (const statistics of batchNormStatistics(model, xs)) {
      const { layer } = statistics;
      const before = totals.get(layer);
      totals.set(
        layer,
        before === undefined ? { examples: size, statistics } : merged(before, statistics, size),
      );
    }
  }
  for (const [layer, { statistics }] of totals) {
    tf.tidy(() => {
      assign(layer, "moving_mean", statistics.mean);
      assign(layer, "moving_variance", statistics.variance);
    });
    dispose(statistics);
  }
  return [...totals.keys()].map(({ name }) => name);
}

/** Disposes the statistics of both. */
function merged(before: Totals, statistics: BatchStatistics, size: number): Totals {
  const examples = before.examples + size;
  const both = mergedStatistics(before.statistics, statistics, size / examples);
  dispose(before.statistics);
  dispose(statistics);
  return { examples, statistics: both };
}

function dispose({ mean, variance }: BatchStatistics): void {
  tf.dispose([mean, variance]);
}
