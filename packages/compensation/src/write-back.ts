/**
 * Writes a refitted map into a layer and the batch normalisation that follows it. The kernel keeps the norm that each of its
 * filters had, because the step size of later training depends on it; γ, β and the moving averages take up the rest, and the
 * moving averages are those of the first samples.
 */
import { type LayerCall, layerWeight, variableOf } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type AffineMap, applyColumns } from "./affine-map.ts";
import type { LinearLayer } from "./linear-layers/linear-layer.ts";

/** Moving averages are computed from so many rows, or a few more. */
export const momentRows: number = 2 ** 13;

/** @param features - Of the smaller model, `[groups, rows, features]` per minibatch. */
export function writeBack(
  linear: LinearLayer,
  { layer }: LayerCall,
  normalization: LayerCall | undefined,
  map: AffineMap,
  features: readonly tf.Tensor3D[],
): void {
  tf.tidy(() => {
    const weight = requireWeight(layer, linear.weight);
    const columns = map.columns;
    if (normalization === undefined) {
      assign(layer, linear.weight, linear.fromColumns(columns, weight.shape));
      assign(layer, linear.shift, map.shift);
      return;
    }
    const norm = (c: tf.Tensor3D): tf.Tensor1D => tf.reshape(tf.norm(c, 2, 1), [-1]);
    const { mean, variance } = moments(features, columns);
    const { layer: bn } = normalization;
    const epsilon = Number(bn.getConfig()["epsilon"]);
    const bias = layerWeight(layer, linear.shift)?.read() ?? tf.zerosLike(map.shift);
    const hasScale = layerWeight(bn, "gamma") !== undefined;
    const oldDeviation = tf.sqrt(tf.add(requireWeight(bn, "moving_variance"), epsilon));
    const factor = hasScale ? ratio(norm(linear.toColumns(weight)), norm(columns)) : oldDeviation;
    const [groups, , perGroup] = columns.shape;
    const scaled = tf.mul(columns, tf.reshape(factor, [groups, 1, perGroup])) as tf.Tensor3D;
    assign(layer, linear.weight, linear.fromColumns(scaled, weight.shape));
    if (hasScale) {
      const newVariance = tf.mul(variance, tf.square(factor));
      assign(bn, "moving_variance", newVariance);
      assign(bn, "gamma", tf.div(tf.sqrt(tf.add(newVariance, epsilon)), factor));
    }
    const newMean = tf.add(tf.mul(mean, factor), bias);
    if (layerWeight(bn, "beta") !== undefined) {
      assign(bn, "moving_mean", newMean);
      assign(bn, "beta", tf.sub(map.shift, tf.div(tf.sub(bias, newMean), factor)));
    } else assign(bn, "moving_mean", tf.sub(bias, tf.mul(map.shift, factor)));
  });
}

/** a / b, and 1 where either is 0. */
function ratio(a: tf.Tensor1D, b: tf.Tensor1D): tf.Tensor1D {
  const valid = tf.logicalAnd(tf.greater(a, 1e-12), tf.greater(b, 1e-12));
  return tf.where(valid, tf.div(a, tf.maximum(b, 1e-12)), tf.onesLike(a)) as tf.Tensor1D;
}

/** Mean and biased variance of `features · columns` over all rows, `[channels]` each. */
function moments(
  features: readonly tf.Tensor3D[],
  columns: tf.Tensor3D,
): { readonly mean: tf.Tensor1D; readonly variance: tf.Tensor1D } {
  const count = features.reduce((n, { shape }) => n + shape[1], 0);
  const meanFeatures = tf.div(tf.addN(features.map((each) => tf.sum(each, 1, true))), count) as tf.Tensor3D; // [groups, 1, features]
  const mean = tf.reshape(tf.matMul(meanFeatures, columns), [-1]) as tf.Tensor1D;
  const squares = features.map((each) =>
    tf.tidy(() => tf.sum(tf.square(tf.sub(applyColumns(each, columns), mean)), 0)),
  );
  return { mean, variance: tf.div(tf.addN(squares), count) as tf.Tensor1D };
}

function requireWeight(layer: tfl.layers.Layer, name: string): tf.Tensor {
  const weight = layerWeight(layer, name)?.read();
  if (weight === undefined) throw new RangeError(`layer "${layer.name}" has no weight "${name}"`);
  return weight;
}

/** Does nothing for a weight that the layer does not have. Call it in `tf.tidy`. */
export function assign(layer: tfl.layers.Layer, name: string, value: tf.Tensor): void {
  const weight = layerWeight(layer, name);
  // In memory of its own: tfjs's wasm kernels read the shape of a bias from its memory, which a reshaped tensor shares.
  if (weight !== undefined) variableOf(weight).assign(tf.add(value, 0));
}
