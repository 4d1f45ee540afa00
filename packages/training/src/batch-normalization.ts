/**
 * Batch normalisation (Ioffe and Szegedy 2015, arXiv 1502.03167): in training by one fused kernel, with moving averages as
 * tfjs-layers updates them, `moving ← moving · m + batch · (1 - m)`. Its own layer writes them inside `call()`, at every
 * forward pass; here the statistics are told, and written when all is well.
 */
import { batchNormFrozen, batchNormTraining, movingAverage } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/** What one use of a batch normalisation layer saw. */
export interface BatchStatistics {
  readonly layer: tfl.layers.Layer;
  /** [channels] */
  readonly mean: tf.Tensor1D;
  /** [channels], biased. */
  readonly variance: tf.Tensor1D;
}

/**
 * Normalise by the batch's own statistics.
 *
 * @param x of any rank; the layer's axis is that of the channels.
 * @param observe is told the statistics; they are disposed with the tensors of the pass unless kept.
 */
export function normalizeBatch(
  layer: tfl.layers.Layer,
  x: tf.Tensor,
  observe?: (statistics: BatchStatistics) => void,
): tf.Tensor {
  const { axis, epsilon } = layer.getConfig();
  const at = (Number([axis].flat()[0] ?? -1) + x.rank) % x.rank;
  if (at < x.rank - 1) {
    const order = [...x.shape.keys()].filter((i) => i !== at).concat(at);
    const back = [...x.shape.keys()].map((i) => order.indexOf(i));
    return tf.transpose(normalizeLast(layer, tf.transpose(x, order), Number(epsilon), observe), back);
  }
  return normalizeLast(layer, x, Number(epsilon), observe);
}

/** Normalise by the moving averages; null where the layer's axis is not the last one. @param x `[..., channels]` */
export function normalizeByAverages(layer: tfl.layers.Layer, x: tf.Tensor): tf.Tensor | null {
  const { axis, epsilon } = layer.getConfig();
  const at = Number([axis].flat()[0] ?? -1);
  const weight = (name: string): tf.Tensor1D | null =>
    (find(layer, name)?.read() as tf.Tensor1D | undefined) ?? null;
  const [mean, variance] = [weight("moving_mean"), weight("moving_variance")];
  if ((at !== -1 && at !== x.rank - 1) || x.rank < 2 || x.rank > 4) return null;
  if (mean === null || variance === null) return null;
  return batchNormFrozen(x, mean, variance, weight("gamma"), weight("beta"), Number(epsilon));
}

/** @param x `[..., channels]` */
function normalizeLast(
  layer: tfl.layers.Layer,
  x: tf.Tensor,
  epsilon: number,
  observe: ((statistics: BatchStatistics) => void) | undefined,
): tf.Tensor {
  const isPlain = x.rank === 2 || x.rank === 4;
  const rows = (isPlain ? x : tf.reshape(x, [-1, x.shape.at(-1) ?? 1])) as tf.Tensor2D | tf.Tensor4D;
  const weight = (name: string): tf.Tensor1D | null =>
    (find(layer, name)?.read() as tf.Tensor1D | undefined) ?? null;
  const { y, mean, variance } = batchNormTraining(rows, weight("gamma"), weight("beta"), epsilon);
  observe?.({ layer, mean, variance });
  return isPlain ? y : tf.reshape(y, x.shape);
}

/** Moves every layer's averages by what its uses saw: a layer that is used twice moves them twice. */
export function moveAverages(statistics: readonly BatchStatistics[]): void {
  for (const { layer, mean, variance } of statistics) {
    const momentum = Number(layer.getConfig()["momentum"] ?? 0.99);
    move(find(layer, "moving_mean"), mean, momentum);
    move(find(layer, "moving_variance"), variance, momentum);
  }
}

function move(variable: tfl.LayerVariable | undefined, batch: tf.Tensor1D, momentum: number): void {
  if (variable === undefined) return;
  const after = movingAverage(variable.read(), batch, momentum);
  variable.write(after);
  after.dispose();
}

const find = (layer: tfl.layers.Layer, name: string): tfl.LayerVariable | undefined =>
  layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`));
