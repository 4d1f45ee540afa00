/** Batch normalisation's moving averages, as tfjs-layers updates them: `moving ← moving · m + batch · (1 - m)`. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/** @param mean `[channels]` @param variance `[channels]`, biased, of the batch. */
export function movingAverageUpdate(layer: tfl.layers.Layer, mean: tf.Tensor1D, variance: tf.Tensor1D): void {
  const momentum = Number(layer.getConfig()["momentum"] ?? 0.99);
  const update = (name: string, value: tf.Tensor1D): void => {
    const weight = layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`));
    if (weight === undefined) return;
    const blended = tf.tidy(() => tf.add(tf.mul(weight.read(), momentum), tf.mul(value, 1 - momentum)));
    weight.write(blended);
    blended.dispose();
  };
  update("moving_mean", mean);
  update("moving_variance", variance);
}
