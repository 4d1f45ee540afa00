/**
 * ∂L/∂x of average pooling over three axes: a window's gradient is shared by its values inside the input. Replaces tfjs's
 * kernel, which divides by the size of the whole window at padded edges.
 */
import {
  AvgPool3DGrad,
  type AvgPool3DGradAttrs,
  backend_util,
  type KernelConfig,
} from "@tensorflow/tfjs-core";
import { fillZero, makeOutput, valuesOf } from "../simd/wasm-heap.ts";
import { defineKernel, requireFloat } from "./define-kernel.ts";
import { walk3d } from "./walk3d.ts";

type Shape5 = [number, number, number, number, number];

export const avgPool3DGrad: KernelConfig = defineKernel<"dy" | "input", AvgPool3DGradAttrs>(
  AvgPool3DGrad,
  ({ inputs: { dy, input }, attrs, backend }) => {
    requireFloat(AvgPool3DGrad, dy, input);
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const info = backend_util.computePool3DInfo(
      input.shape as Shape5,
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const channels = info.inChannels;
    const counts = new Int32Array(info.outShape.slice(0, 4).reduce((a, b) => a * b, 1));
    walk3d(info, (window) => {
      counts[window] = Number(counts[window]) + 1;
    });
    const dx = makeOutput(backend, input.shape);
    fillZero(backend, dx);
    const [sums, gradients] = [valuesOf(backend, dx), valuesOf(backend, dy)];
    walk3d(info, (window, place) => {
      for (let c = 0; c < channels; c++) {
        const share = Number(gradients[window * channels + c]) / Number(counts[window]);
        sums[place * channels + c] = Number(sums[place * channels + c]) + share;
      }
    });
    return dx;
  },
);
