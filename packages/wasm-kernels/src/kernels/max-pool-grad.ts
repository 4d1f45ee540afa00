/**
 * ∂L/∂x of max pooling: assembly/max-pool-grad.ts. Replaces tfjs's kernel, which drops the gradient of
 * windows whose values are all ≤ 0.
 */
import { backend_util, type KernelConfig, MaxPoolGrad, type MaxPoolGradAttrs } from "@tensorflow/tfjs-core";
import { geometryValues } from "../simd/geometry.ts";
import { simdOf } from "../simd/simd-module.ts";
import { fillZero, makeOutput, offsetOf, withScratch, writeInts } from "../simd/wasm-heap.ts";
import { defineKernel, requireFloat, shape4 } from "./define-kernel.ts";

export const maxPoolGrad: KernelConfig = defineKernel<"dy" | "input", MaxPoolGradAttrs>(
  MaxPoolGrad,
  ({ inputs: { dy, input }, attrs, backend }) => {
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    requireFloat(MaxPoolGrad, dy, input);
    const info = backend_util.computePool2DInfo(shape4(input), filterSize, strides, 1, pad, dimRoundingMode);
    const geometry = geometryValues(info, { height: info.inHeight, width: info.inWidth, top: 0, left: 0 });
    const dx = makeOutput(backend, input.shape);
    fillZero(backend, dx);
    withScratch(backend, [geometry.byteLength], (at) => {
      writeInts(backend, at, geometry);
      simdOf(backend).maxPoolGrad(at, offsetOf(backend, input), offsetOf(backend, dy), offsetOf(backend, dx));
    });
    return dx;
  },
);
