/**
 * How a method refits one layer: which features it fits, from which start, and how the solution changes the layer's map. One
 * record a method.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type AffineMap, applyColumns } from "./affine-map.ts";
import type { FitRows } from "./row-residuals.ts";
import type { SiteRows } from "./site-rows.ts";

export interface LayerRefit {
  /** The regression's rows of one minibatch. */
  readonly rows: (rows: SiteRows, map: AffineMap, hasShift: boolean) => FitRows;
  /** The coefficients that reproduce the present map, `[groups, features, outputs per group]`. */
  readonly start: (map: AffineMap, hasShift: boolean) => tf.Tensor3D;
  /** The map for fitted coefficients. */
  readonly apply: (map: AffineMap, fitted: tf.Tensor3D, hasShift: boolean) => AffineMap;
  /** Whether it can do nothing for a layer without a shift. */
  readonly needsShift: boolean;
}

/** The whole kernel and the shift. */
export const leastSquares: LayerRefit = {
  needsShift: false,
  rows: ({ features, others, target }, _, hasShift) => ({
    features: hasShift ? withOnes(features) : tf.clone(features),
    base: others && tf.clone(others),
    target: tf.clone(target),
  }),
  start: ({ columns, shift }, hasShift) => {
    const [groups, , perGroup] = columns.shape;
    return hasShift ? tf.concat([columns, tf.reshape(shift, [groups, 1, perGroup])], 1) : tf.clone(columns);
  },
  apply: (map, fitted, hasShift) => {
    if (!hasShift) return { columns: tf.clone(fitted), shift: tf.clone(map.shift) };
    const [groups, size, perGroup] = fitted.shape;
    return {
      columns: tf.slice(fitted, [0, 0, 0], [groups, size - 1, perGroup]),
      shift: tf.reshape(tf.slice(fitted, [0, size - 1, 0]), [-1]),
    };
  },
};

/** A factor and a shift for each output channel. */
export const outputScale: LayerRefit = {
  needsShift: false,
  rows: ({ features, others, target }, map, hasShift) => {
    const output = tf.add(applyColumns(features, map.columns), map.shift);
    const byChannel = tf.expandDims(tf.transpose(output), 2) as tf.Tensor3D; // [channels, rows, 1]
    return {
      features: hasShift ? withOnes(byChannel) : byChannel,
      base: others && tf.clone(others),
      target: tf.clone(target),
    };
  },
  start: ({ shift }, hasShift) => {
    const ones = tf.ones([shift.shape[0], 1, 1]) as tf.Tensor3D;
    return hasShift ? tf.concat([ones, tf.zerosLike(ones)], 1) : ones;
  },
  apply: ({ columns, shift }, fitted, hasShift) => {
    const [groups, , perGroup] = columns.shape;
    const [factor, offset] = hasShift ? tf.split(fitted, 2, 1) : [fitted, tf.zerosLike(fitted)];
    const scale = tf.reshape(factor as tf.Tensor3D, [-1]);
    return {
      columns: tf.mul(columns, tf.reshape(scale, [groups, 1, perGroup])),
      shift: tf.add(tf.mul(shift, scale), tf.reshape(offset as tf.Tensor3D, [-1])),
    };
  },
};

/** The shift alone: the mean of what was removed. */
export const meanIntoBias: LayerRefit = {
  needsShift: true,
  rows: ({ features, others, target }, map) => ({
    features: tf.ones([1, target.shape[0], 1]),
    base: tf.add(tf.add(applyColumns(features, map.columns), map.shift), others ?? 0),
    target: tf.clone(target),
  }),
  start: ({ shift }) => tf.zeros([1, 1, shift.shape[0]]),
  apply: ({ columns, shift }, fitted) => ({
    columns: tf.clone(columns),
    shift: tf.add(shift, tf.reshape(fitted, [-1])),
  }),
};

/** Appends a constant feature. @param features - `[groups, rows, features]` */
export function withOnes(features: tf.Tensor3D): tf.Tensor3D {
  const [groups, rows] = features.shape;
  return tf.concat([features, tf.ones([groups, rows, 1])], 2);
}
