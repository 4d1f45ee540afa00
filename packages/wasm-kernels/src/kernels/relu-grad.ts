/** ∂L/∂x of relu and relu6, from their output, in one pass. */
import { type KernelConfig, util } from "@tensorflow/tfjs-core";
import { simdOf } from "../simd/simd-module.ts";
import { makeOutput, offsetOf } from "../simd/wasm-heap.ts";
import { defineFusedKernel } from "./define-kernel.ts";

export const reluGrad: KernelConfig = defineFusedKernel(
  "ReluGrad",
  ({ inputs: { dy, y }, attrs: { max }, backend }) => {
    const dx = makeOutput(backend, y.shape);
    const count = util.sizeFromShape(y.shape);
    simdOf(backend).reluGrad(offsetOf(backend, dy), offsetOf(backend, y), offsetOf(backend, dx), count, max);
    return dx;
  },
);
