// The gradients of relu and relu6. tfjs computes them from the input in several passes (compare, cast, multiply) and so
// keeps that input, which nothing else needs. The output says the same (0 < y < max where 0 < x < max), and the layer
// after keeps it anyway.

import * as tf from "@tensorflow/tfjs-core";
import { type ComposedKernel, ensureKernel, runForOne } from "./composed-kernel.ts";

export const reluGradKernel = "ReluGrad";

export interface ReluGradAttrs {
  /** Where the output stops growing: 6, or NaN for nowhere. */
  readonly max: number;
}

const composed: ComposedKernel = ({ dy, y }, { max }) => {
  if (dy === undefined || y === undefined) throw new TypeError("dy, y expected");
  const isPositive = tf.greater(y, 0);
  const grows = max === 6 ? tf.logicalAnd(isPositive, tf.less(y, 6)) : isPositive;
  return [tf.mul(dy, tf.cast(grows, "float32"))];
};

const gradientOf = (kernelName: string, max: number): tf.GradConfig => ({
  kernelName,
  outputsToSave: [true],
  gradFunc: (dys, [y]) => {
    const dy = Array.isArray(dys) ? dys[0] : dys;
    if (!dy || !y) throw new TypeError("a saved tensor is missing");
    ensureKernel(reluGradKernel, composed);
    return { x: () => runForOne(reluGradKernel, { dy, y }, { max }) };
  },
});

/** Take the place of tfjs's own, on every backend. */
export const reluGradients: readonly tf.GradConfig[] = [
  gradientOf(tf.Relu, Number.NaN),
  gradientOf(tf.Relu6, 6),
];
