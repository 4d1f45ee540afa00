/** ∂L/∂x of the depthwise convolution: assembly/depthwise-grad.ts. */
import {
  backend_util,
  DepthwiseConv2dNativeBackpropInput,
  type DepthwiseConv2dNativeBackpropInputAttrs,
  type KernelConfig,
} from "@tensorflow/tfjs-core";
import { geometryValues, inputFrame } from "../simd/geometry.ts";
import { simdOf } from "../simd/simd-module.ts";
import { makeOutput, offsetOf, withScratch, writeInts } from "../simd/wasm-heap.ts";
import { defineKernel, requireFloat, shape4 } from "./define-kernel.ts";

export const depthwiseConv2dBackpropInput: KernelConfig = defineKernel<
  "dy" | "filter",
  DepthwiseConv2dNativeBackpropInputAttrs
>(DepthwiseConv2dNativeBackpropInput, ({ inputs: { dy, filter }, attrs, backend }) => {
  const { strides, dilations, pad, dimRoundingMode, inputShape } = attrs;
  requireFloat(DepthwiseConv2dNativeBackpropInput, dy, filter);
  const info = backend_util.computeConv2DInfo(
    inputShape,
    shape4(filter),
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
  const frame = inputFrame(info);
  const geometry = geometryValues(info, frame);
  const frameBytes = frame.height * frame.width * info.outChannels * 4;
  const dx = makeOutput(backend, inputShape);
  withScratch(backend, [geometry.byteLength, frameBytes], (at, frameAt) => {
    writeInts(backend, at, geometry);
    const [dyAt, wAt, dxAt] = [offsetOf(backend, dy), offsetOf(backend, filter), offsetOf(backend, dx)];
    simdOf(backend).depthwiseInputGrad(at, dyAt, wAt, dxAt, frameAt, frameBytes);
  });
  return dx;
});
