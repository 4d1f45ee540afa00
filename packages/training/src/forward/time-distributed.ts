/**
 * Runs a TimeDistributed layer: the wrapped layer on all time steps at once, `[batch · steps, ...]`. Batch normalisation in mode
 * "train" then uses statistics over examples and time steps, as Keras does; tfjs-layers normalises every step by its own.
 */
import { wrappedLayer } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/**
 * @param x - `[batch, steps, ...]`
 * @param run - Runs the wrapped layer, which may be a model.
 */
export function runTimeDistributed(
  layer: tfl.layers.Layer,
  x: tf.Tensor,
  run: (wrapped: tfl.layers.Layer, x: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const [batch = 0, steps = 0, ...sizes] = x.shape;
  const y = run(wrappedLayer(layer), tf.reshape(x, [batch * steps, ...sizes]));
  return tf.reshape(y, [batch, steps, ...y.shape.slice(1)]);
}
