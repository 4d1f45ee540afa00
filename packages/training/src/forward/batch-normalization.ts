/**
 * Batch normalisation (Ioffe and Szegedy 2015, arXiv 1502.03167), in training as one fused kernel. A pass reports the batch
 * statistics and leaves the moving averages alone; the caller updates them once the step has succeeded:
 * `moving ← moving · m + batch · (1 - m)`.
 */
import { batchNormFrozen, batchNormTraining, movingAverage } from "@secateur/backend/ops";
import { isModel, layerWeight, modelGraph, wrappedLayer } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/** The batch statistics of one call of a batch normalisation layer. */
export interface BatchStatistics {
  readonly layer: tfl.layers.Layer;
  /** `[channels]` */
  readonly mean: tf.Tensor1D;
  /** `[channels]`, biased. */
  readonly variance: tf.Tensor1D;
}

/**
 * Normalises by the statistics of the batch.
 *
 * @param x - Of any rank, with channels on the layer's axis.
 * @param onStatistics - Called with the statistics, which are disposed with the tensors of the pass unless kept.
 */
export function normalizeBatch(
  layer: tfl.layers.Layer,
  x: tf.Tensor,
  onStatistics?: (statistics: BatchStatistics) => void,
): tf.Tensor {
  const epsilon = Number(layer.getConfig()["epsilon"]);
  return onLastAxis(layer, x, (y) => normalizeLast(layer, y, epsilon, onStatistics));
}

/** Runs a normalisation of the last axis on the layer's axis. */
function onLastAxis(layer: tfl.layers.Layer, x: tf.Tensor, f: (y: tf.Tensor) => tf.Tensor): tf.Tensor {
  const channelAxis = (Number([layer.getConfig()["axis"]].flat()[0] ?? -1) + x.rank) % x.rank;
  if (channelAxis === x.rank - 1) return f(x);
  const order = [...x.shape.keys()].filter((i) => i !== channelAxis).concat(channelAxis);
  const back = [...x.shape.keys()].map((i) => order.indexOf(i));
  return tf.transpose(f(tf.transpose(x, order)), back);
}

/**
 * Normalises by the moving averages; null for a rank that has no fused kernel.
 *
 * @param x - With channels on the layer's axis.
 */
export function normalizeByAverages(layer: tfl.layers.Layer, x: tf.Tensor): tf.Tensor | null {
  const averages = averagesOf(layer);
  if (averages === null || x.rank < 2 || x.rank > 4) return null;
  const { mean, variance, gamma, beta, epsilon } = averages;
  return onLastAxis(layer, x, (y) => batchNormFrozen(y, mean, variance, gamma, beta, epsilon));
}

/**
 * Normalisation by the moving averages as `x · scale + shift`, `[channels]` each; null if the layer does not normalise the last
 * axis.
 */
export function batchNormAffine(
  layer: tfl.layers.Layer,
  rank: number,
): { readonly scale: tf.Tensor; readonly shift: tf.Tensor } | null {
  const averages = averagesOf(layer);
  if (averages === null || !normalizesLastAxis(layer, rank)) return null;
  const { mean, variance, gamma, beta, epsilon } = averages;
  const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon));
  const scale = gamma === null ? inverseDeviation : tf.mul(gamma, inverseDeviation);
  const shift = tf.neg(tf.mul(mean, scale));
  return { scale, shift: beta === null ? shift : tf.add(beta, shift) };
}

/** True for a batch normalisation over the last axis of tensors of this rank. */
export function normalizesLastAxis(layer: tfl.layers.Layer, rank: number): boolean {
  if (layer.getClassName() !== "BatchNormalization") return false;
  const axis = Number([layer.getConfig()["axis"]].flat()[0] ?? -1);
  return axis === -1 || axis === rank - 1;
}

interface Averages {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
  readonly gamma: tf.Tensor1D | null;
  readonly beta: tf.Tensor1D | null;
  readonly epsilon: number;
}

function averagesOf(layer: tfl.layers.Layer): Averages | null {
  const weight = (name: string): tf.Tensor1D | null =>
    (layerWeight(layer, name)?.read() as tf.Tensor1D | undefined) ?? null;
  const [mean, variance] = [weight("moving_mean"), weight("moving_variance")];
  if (mean === null || variance === null) return null;
  const epsilon = Number(layer.getConfig()["epsilon"]);
  return { mean, variance, gamma: weight("gamma"), beta: weight("beta"), epsilon };
}

/** @param x - `[..., channels]` */
function normalizeLast(
  layer: tfl.layers.Layer,
  x: tf.Tensor,
  epsilon: number,
  onStatistics: ((statistics: BatchStatistics) => void) | undefined,
): tf.Tensor {
  const isPlain = x.rank === 2 || x.rank === 4;
  const rows = (isPlain ? x : tf.reshape(x, [-1, x.shape.at(-1) ?? 1])) as tf.Tensor2D | tf.Tensor4D;
  const weight = (name: string): tf.Tensor1D | null =>
    (layerWeight(layer, name)?.read() as tf.Tensor1D | undefined) ?? null;
  const { y, mean, variance } = batchNormTraining(rows, weight("gamma"), weight("beta"), epsilon);
  onStatistics?.({ layer, mean, variance });
  return isPlain ? y : tf.reshape(y, x.shape);
}

/**
 * Paths of the batch normalisations that are frozen, by `trainable = false` of the layer or of a model around it: in a training
 * step they use their moving averages, which stay as they are, like Keras (tfjs-layers goes on to move them).
 */
export function frozenNormalizations(model: tfl.LayersModel): readonly string[] {
  const { layers } = modelGraph(model);
  const trained = new Set(model.trainableWeights);
  const inFrozenModels = new Set(layersInFrozenModels(model));
  const isFrozen = (layer: tfl.layers.Layer): boolean => {
    const affine = layer.weights.filter(({ originalName }) => /\/(gamma|beta)$/.test(originalName));
    return affine.length === 0
      ? !layer.trainable || inFrozenModels.has(layer)
      : !affine.some((weight) => trained.has(weight));
  };
  return [...layers].flatMap(([path, layer]) => {
    const perStep = layer.getClassName() === "TimeDistributed" ? wrappedLayer(layer) : layer;
    return perStep.getClassName() === "BatchNormalization" && isFrozen(layer) ? [path] : [];
  });
}

function layersInFrozenModels(model: tfl.LayersModel, isFrozen = !model.trainable): tfl.layers.Layer[] {
  return model.layers.flatMap((layer) => {
    if (isModel(layer)) return layersInFrozenModels(layer, isFrozen || !layer.trainable);
    return isFrozen ? [layer] : [];
  });
}

/** Updates the moving averages by batch statistics, once per call of a layer. */
export function moveAverages(statistics: readonly BatchStatistics[]): void {
  for (const { layer, mean, variance } of statistics) {
    const momentum = Number(layer.getConfig()["momentum"] ?? 0.99);
    move(layerWeight(layer, "moving_mean"), mean, momentum);
    move(layerWeight(layer, "moving_variance"), variance, momentum);
  }
}

function move(variable: tfl.LayerVariable | undefined, batch: tf.Tensor1D, momentum: number): void {
  if (variable === undefined) return;
  const after = movingAverage(variable.read(), batch, momentum);
  variable.write(after);
  after.dispose();
}
