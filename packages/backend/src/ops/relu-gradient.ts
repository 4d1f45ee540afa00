// The gradient of relu. tfjs computes it from relu's input in three passes (step, cast, multiply) and so keeps that
// input, which nothing else needs. relu's output says the same (y > 0 where x > 0), and the layer after keeps it anyway.

import * as tf from "@tensorflow/tfjs-core";
import { type ComposedKernel, ensureKernel, runForOne } from "./composed-kernel.ts";

export const reluGradKernel = "ReluGrad";

const composed: ComposedKernel = ({ dy, y }) => {
  if (dy === undefined || y === undefined) throw new TypeError("dy, y expected");
  return [tf.mul(dy, tf.cast(tf.greater(y, 0), "float32"))];
};

/** Takes the place of tfjs's own, on every backend. */
export const reluGradient: tf.GradConfig = {
  kernelName: tf.Relu,
  outputsToSave: [true],
  gradFunc: (dys, [y]) => {
    const dy = Array.isArray(dys) ? dys[0] : dys;
    if (!dy || !y) throw new TypeError("a saved tensor is missing");
    ensureKernel(reluGradKernel, composed);
    return { x: () => runForOne(reluGradKernel, { dy, y }) };
  },
};
