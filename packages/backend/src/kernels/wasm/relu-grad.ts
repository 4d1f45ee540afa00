// ∂E/∂x of relu and relu6 (ops/relu-gradient.ts) as one pass.

import { type KernelConfig, util } from "@tensorflow/tfjs-core";
import { type ReluGradAttrs, reluGradKernel } from "../../ops/relu-gradient.ts";
import { simdOf } from "../../simd/simd-module.ts";
import { makeOutput, offsetOf } from "../../simd/wasm-heap.ts";
import { defineKernel, requireFloat } from "./define-kernel.ts";

export const reluGrad: KernelConfig = defineKernel<"dy" | "y", ReluGradAttrs>(
  reluGradKernel,
  ({ inputs: { dy, y }, attrs: { max }, backend }) => {
    requireFloat(reluGradKernel, dy, y);
    const dx = makeOutput(backend, y.shape);
    const count = util.sizeFromShape(y.shape);
    simdOf(backend).reluGrad(offsetOf(backend, dy), offsetOf(backend, y), offsetOf(backend, dx), count, max);
    return dx;
  },
);
