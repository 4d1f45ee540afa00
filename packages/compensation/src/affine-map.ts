/**
 * A linear layer together with the batch normalisation that follows it, as one map: `features · columns + shift`. The
 * normalisation by moving averages is part of columns and shift.
 */
import { type LayerCall, layerWeight } from "@secateur/model-graph";
import { batchNormAffine } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type { LinearLayer } from "./linear-layers/linear-layer.ts";

export type AffineMap = {
  /** `[groups, features, outputs per group]`; output channels are group by group. */
  readonly columns: tf.Tensor3D;
  /** `[channels]`, added to every output. */
  readonly shift: tf.Tensor1D;
};

/** @param normalization - The call of the batch normalisation, if there is one. */
export function affineMap(
  linear: LinearLayer,
  { layer, outputs }: LayerCall,
  normalization: LayerCall | undefined,
): AffineMap {
  return tf.tidy(() => {
    const weight = layerWeight(layer, linear.weight)?.read();
    if (weight === undefined) throw new RangeError(`layer "${layer.name}" has no weight "${linear.weight}"`);
    const columns = linear.toColumns(weight);
    const [groups, , perGroup] = columns.shape;
    const bias = layerWeight(layer, linear.shift)?.read() ?? tf.zeros([groups * perGroup]);
    const rank = outputs[0]?.shape.length ?? 0;
    const affine = normalization === undefined ? null : batchNormAffine(normalization.layer, rank);
    if (affine === null) return { columns: tf.clone(columns), shift: tf.clone(bias as tf.Tensor1D) };
    return {
      columns: tf.mul<tf.Tensor3D>(columns, tf.reshape(affine.scale, [groups, 1, perGroup])),
      shift: tf.add<tf.Tensor1D>(tf.mul(bias, affine.scale), affine.shift),
    };
  });
}

/** `features · columns`. @param features - `[groups, rows, features]` @returns `[rows, channels]` */
export function applyColumns(features: tf.Tensor3D, columns: tf.Tensor3D): tf.Tensor2D {
  const [groups, rows] = features.shape;
  if (groups === 1) return tf.matMul(flat(features), flat(columns));
  return tf.reshape(tf.transpose(tf.matMul(features, columns), [1, 0, 2]), [rows, -1]);
}

/** `[1, a, b]` to `[a, b]`. */
function flat(x: tf.Tensor3D): tf.Tensor2D {
  return tf.reshape(x, [x.shape[1], x.shape[2]]);
}

/** Whether the layer or the normalisation behind it has a weight that is added to every output. */
export function hasShift(
  linear: LinearLayer,
  { layer }: LayerCall,
  normalization: LayerCall | undefined,
): boolean {
  return normalization !== undefined || layerWeight(layer, linear.shift) !== undefined;
}
