/** BatchNormalization by moving averages: one group per channel, whose feature is the normalised input; γ is refitted. */
import { layerWeight } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type { LinearLayer } from "./linear-layer.ts";
import { valuesAt } from "./patches.ts";

export const batchNormalization: LinearLayer = {
  weight: "gamma",
  shift: "beta",
  outputAxis: 0,
  refuses: (layer) => (layerWeight(layer, "gamma") === undefined ? "it has no scale (gamma)" : null),
  outputSizes: (_, shape) => shape.slice(1, -1),
  features: (layer, x, positions) => {
    const [mean, variance] = ["moving_mean", "moving_variance"].map((name) =>
      layerWeight(layer, name)?.read(),
    );
    if (mean === undefined || variance === undefined)
      throw new RangeError(`layer "${layer.name}" has no moving averages`);
    const deviation = tf.sqrt(tf.add(variance, Number(layer.getConfig()["epsilon"])));
    const normalized = tf.div(tf.sub(valuesAt(x, positions), mean), deviation);
    return tf.expandDims(tf.transpose(normalized), 2) as tf.Tensor3D; // [channels, rows, 1]
  },
  toColumns: (gamma) => tf.reshape(gamma, [-1, 1, 1]),
  fromColumns: (columns, shape) => tf.reshape(columns, [...shape]),
};
