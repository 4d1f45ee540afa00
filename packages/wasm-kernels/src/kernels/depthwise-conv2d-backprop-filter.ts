/** ∂L/∂w of the depthwise convolution: assembly/depthwise-grad.ts. */
import {
  backend_util,
  DepthwiseConv2dNativeBackpropFilter,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  type KernelConfig,
} from "@tensorflow/tfjs-core";
import { geometryValues, inputFrame } from "../simd/geometry.ts";
import { simdOf } from "../simd/simd-module.ts";
import { fillZero, makeOutput, offsetOf, withScratch, writeInts } from "../simd/wasm-heap.ts";
import { defineKernel, requireFloat, shape4 } from "./define-kernel.ts";

export const depthwiseConv2dBackpropFilter: KernelConfig = defineKernel<
  "x" | "dy",
  DepthwiseConv2dNativeBackpropFilterAttrs
>(DepthwiseConv2dNativeBackpropFilter, ({ inputs: { x, dy }, attrs, backend }) => {
  const { strides, dilations, pad, dimRoundingMode, filterShape } = attrs;
  requireFloat(DepthwiseConv2dNativeBackpropFilter, x, dy);
  const info = backend_util.computeConv2DInfo(
    shape4(x),
    filterShape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
  const frame = inputFrame(info);
  const geometry = geometryValues(info, frame);
  const dw = makeOutput(backend, filterShape);
  fillZero(backend, dw);
  const scratch = [geometry.byteLength, frame.height * frame.width * info.outChannels * 4] as const;
  withScratch(backend, scratch, (at, frameAt) => {
    writeInts(backend, at, geometry);
    const [xAt, dyAt, dwAt] = [offsetOf(backend, x), offsetOf(backend, dy), offsetOf(backend, dw)];
    simdOf(backend).depthwiseFilterGrad(at, xAt, dyAt, dwAt, frameAt);
  });
  return dw;
});
