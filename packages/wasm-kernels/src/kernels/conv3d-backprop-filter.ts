/**
 * ∂L/∂w of conv3d: `dw[tap, i, o] = Σ x[place, i] · dy[window, o]`. Replaces tfjs's kernel, which is wrong for strides above 1.
 */
import {
  backend_util,
  Conv3DBackpropFilterV2,
  type Conv3DBackpropFilterV2Attrs,
  type KernelConfig,
} from "@tensorflow/tfjs-core";
import { fillZero, makeOutput, valuesOf } from "../simd/wasm-heap.ts";
import { defineKernel, requireFloat } from "./define-kernel.ts";
import { walk3d } from "./walk3d.ts";

type Shape5 = [number, number, number, number, number];

export const conv3DBackpropFilter: KernelConfig = defineKernel<"x" | "dy", Conv3DBackpropFilterV2Attrs>(
  Conv3DBackpropFilterV2,
  ({ inputs: { x, dy }, attrs: { strides, pad, filterShape }, backend }) => {
    requireFloat(Conv3DBackpropFilterV2, x, dy);
    const info = backend_util.computeConv3DInfo(x.shape as Shape5, filterShape, strides, 1, pad);
    const { inChannels, outChannels } = info;
    const dw = makeOutput(backend, filterShape);
    fillZero(backend, dw);
    const [sums, gradients, values] = [valuesOf(backend, dw), valuesOf(backend, dy), valuesOf(backend, x)];
    walk3d(info, (window, place, tap) => {
      for (let i = 0; i < inChannels; i++) {
        const value = Number(values[place * inChannels + i]);
        const row = (tap * inChannels + i) * outChannels;
        for (let o = 0; o < outChannels; o++)
          sums[row + o] = Number(sums[row + o]) + value * Number(gradients[window * outChannels + o]);
      }
    });
    return dw;
  },
);
