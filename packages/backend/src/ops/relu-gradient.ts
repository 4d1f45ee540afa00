/**
 * The gradients of relu and relu6, from their output: 0 < y < max where 0 < x < max. tfjs's own need the input, which
 * nothing else keeps, and several passes. The layer after relu keeps the output anyway.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type ComposedKernel, ensureKernel, runFusedForOne } from "./composed-kernel.ts";

const composed: ComposedKernel<"ReluGrad"> = ({ dy, y }, { max }) => {
  const isPositive = tf.greater(y, 0);
  const grows = max === 6 ? tf.logicalAnd(isPositive, tf.less(y, 6)) : isPositive;
  return [tf.mul(dy, tf.cast(grows, "float32"))];
};

/** Replaces tfjs's gradients of relu and relu6, on every backend. */
export function registerReluGradients(): void {
  for (const gradient of reluGradients) tf.registerGradient(gradient);
}

function gradientOf(kernelName: string, max: number): tf.GradConfig {
  return {
    kernelName,
    outputsToSave: [true],
    gradFunc: (dys, [y]) => {
      const dy = Array.isArray(dys) ? dys[0] : dys;
      if (!dy || !y) throw new TypeError("a saved tensor is missing");
      ensureKernel("ReluGrad", composed);
      return { x: () => runFusedForOne("ReluGrad", { dy, y }, { max }) };
    },
  };
}

const reluGradients: readonly tf.GradConfig[] = [gradientOf(tf.Relu, Number.NaN), gradientOf(tf.Relu6, 6)];
