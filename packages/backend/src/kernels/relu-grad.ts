// ∂E/∂x of relu as one pass instead of tfjs's three (step, cast, multiply).

import * as tf from "@tensorflow/tfjs-core";
import { simdOf } from "../simd/simd-module.ts";
import { makeOutput, offsetOf } from "../simd/wasm-heap.ts";
import { defineKernel, requireFloat } from "./define-kernel.ts";

const reluGradKernel = "ReluGrad";

export const reluGrad: tf.KernelConfig = defineKernel<"dy" | "x">(
  reluGradKernel,
  ({ inputs: { dy, x }, backend }) => {
    requireFloat(reluGradKernel, dy, x);
    const dx = makeOutput(backend, x.shape);
    const count = tf.util.sizeFromShape(x.shape);
    simdOf(backend).reluGrad(offsetOf(backend, dy), offsetOf(backend, x), offsetOf(backend, dx), count);
    return dx;
  },
);

/** tfjs has one gradient for all backends, so this one does as before where the kernel is missing. */
export const reluGradient: tf.GradConfig = {
  kernelName: tf.Relu,
  inputsToSave: ["x"],
  gradFunc: (dys, [x]) => {
    const dy = Array.isArray(dys) ? dys[0] : dys;
    if (!dy || !x) throw new TypeError("a saved tensor is missing");
    const fused = x.dtype === "float32" && tf.getKernel(reluGradKernel, tf.getBackend()) !== undefined;
    return {
      x: () =>
        fused
          ? tf.engine().runKernel<tf.Tensor>(reluGradKernel, { dy, x })
          : tf.mul(dy, tf.cast(tf.step(x), "float32")),
    };
  },
};
