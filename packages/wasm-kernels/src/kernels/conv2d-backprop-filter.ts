/** ∂L/∂w of conv2d: assembly/convolution-filter-grad.ts. */
import {
  backend_util,
  Conv2DBackpropFilter,
  type Conv2DBackpropFilterAttrs,
  type KernelConfig,
} from "@tensorflow/tfjs-core";
import { geometryValues, inputFrame, roundUp4 } from "../simd/geometry.ts";
import { simdOf } from "../simd/simd-module.ts";
import { makeOutput, offsetOf, withScratch, writeInts } from "../simd/wasm-heap.ts";
import { defineKernel, requireChannelsLast, requireFloat, shape4 } from "./define-kernel.ts";

export const conv2DBackpropFilter: KernelConfig = defineKernel<"x" | "dy", Conv2DBackpropFilterAttrs>(
  Conv2DBackpropFilter,
  ({ inputs: { x, dy }, attrs, backend }) => {
    const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs;
    requireFloat(Conv2DBackpropFilter, x, dy);
    requireChannelsLast(Conv2DBackpropFilter, dataFormat);
    const info = backend_util.computeConv2DInfo(shape4(x), filterShape, strides, 1, pad, dimRoundingMode);
    const frame = inputFrame(info);
    const geometry = geometryValues(info, frame);
    const columns = roundUp4(info.outChannels);
    const scratch = [
      geometry.byteLength,
      frame.height * frame.width * info.inChannels * 4 + 16,
      columns === info.outChannels ? 0 : info.outHeight * info.outWidth * columns * 4,
      info.filterHeight * roundUp4(info.filterWidth * info.inChannels) * columns * 4,
    ] as const;
    const dw = makeOutput(backend, filterShape);
    withScratch(backend, scratch, (at, paddedX, paddedDy, sums) => {
      writeInts(backend, at, geometry);
      const [xAt, dyAt, dwAt] = [offsetOf(backend, x), offsetOf(backend, dy), offsetOf(backend, dw)];
      simdOf(backend).convolutionFilterGrad(at, xAt, dyAt, dwAt, paddedX, paddedDy, sums);
    });
    return dw;
  },
);
