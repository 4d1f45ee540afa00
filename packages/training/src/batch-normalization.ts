/**
 * Batch normalisation in training (Ioffe and Szegedy 2015, arXiv 1502.03167): one fused kernel, and moving averages as
 * tfjs-layers updates them, `moving ← moving · m + batch · (1 - m)`. Its own layer writes them inside `call()`, at every
 * forward pass; here they are computed, and written when all is well.
 */
import { batchNormTraining } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/** The moving averages as they will be, by variable; kept tensors, to be disposed. */
export type MovingAverages = Map<tfl.LayerVariable, tf.Tensor>;

/**
 * Normalise by the batch's own statistics.
 *
 * @param x of any rank; the layer's axis is that of the channels.
 * @param movingAverages gets what the statistics make of the layer's moving averages.
 */
export function normalizeBatch(
  layer: tfl.layers.Layer,
  x: tf.Tensor,
  movingAverages?: MovingAverages,
): tf.Tensor {
  const { axis, epsilon } = layer.getConfig();
  const at = (Number([axis].flat()[0] ?? -1) + x.rank) % x.rank;
  if (at < x.rank - 1) {
    const order = [...x.shape.keys()].filter((i) => i !== at).concat(at);
    const back = [...x.shape.keys()].map((i) => order.indexOf(i));
    return tf.transpose(normalizeLast(layer, tf.transpose(x, order), Number(epsilon), movingAverages), back);
  }
  return normalizeLast(layer, x, Number(epsilon), movingAverages);
}

/** @param x `[..., channels]` */
function normalizeLast(
  layer: tfl.layers.Layer,
  x: tf.Tensor,
  epsilon: number,
  movingAverages: MovingAverages | undefined,
): tf.Tensor {
  const isPlain = x.rank === 2 || x.rank === 4;
  const rows = (isPlain ? x : tf.reshape(x, [-1, x.shape.at(-1) ?? 1])) as tf.Tensor2D | tf.Tensor4D;
  const weight = (name: string): tf.Tensor1D | null =>
    (find(layer, name)?.read() as tf.Tensor1D | undefined) ?? null;
  const { y, mean, variance } = batchNormTraining(rows, weight("gamma"), weight("beta"), epsilon);
  if (movingAverages !== undefined) {
    const momentum = Number(layer.getConfig()["momentum"] ?? 0.99);
    move(find(layer, "moving_mean"), mean, momentum, movingAverages);
    move(find(layer, "moving_variance"), variance, momentum, movingAverages);
  }
  return isPlain ? y : tf.reshape(y, x.shape);
}

/** A layer that is used twice moves its averages twice. */
function move(
  variable: tfl.LayerVariable | undefined,
  batch: tf.Tensor1D,
  momentum: number,
  movingAverages: MovingAverages,
): void {
  if (variable === undefined) return;
  const before = movingAverages.get(variable);
  const after = tf.tidy(() =>
    tf.add(tf.mul(before ?? variable.read(), momentum), tf.mul(batch, 1 - momentum)),
  );
  movingAverages.set(variable, tf.keep(after));
  before?.dispose();
}

const find = (layer: tfl.layers.Layer, name: string): tfl.LayerVariable | undefined =>
  layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`));
