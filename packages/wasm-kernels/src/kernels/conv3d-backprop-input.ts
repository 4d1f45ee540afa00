/**
 * ∂L/∂x of conv3d, which is also the transposed convolution: `dx[place, i] = Σ dy[window, o] · filter[tap, i, o]`. Replaces
 * tfjs's kernel, which reads memory of other tensors.
 */
import {
  backend_util,
  Conv3DBackpropInputV2,
  type Conv3DBackpropInputV2Attrs,
  type KernelConfig,
} from "@tensorflow/tfjs-core";
import { fillZero, makeOutput, valuesOf } from "../simd/wasm-heap.ts";
import { defineKernel, requireFloat } from "./define-kernel.ts";
import { walk3d } from "./walk3d.ts";

type Shape5 = [number, number, number, number, number];

export const conv3DBackpropInput: KernelConfig = defineKernel<"dy" | "filter", Conv3DBackpropInputV2Attrs>(
  Conv3DBackpropInputV2,
  ({ inputs: { dy, filter }, attrs: { strides, pad, inputShape }, backend }) => {
    requireFloat(Conv3DBackpropInputV2, dy, filter);
    const info = backend_util.computeConv3DInfo(inputShape, filter.shape as Shape5, strides, 1, pad);
    const { inChannels, outChannels } = info;
    const dx = makeOutput(backend, inputShape);
    fillZero(backend, dx);
    const [sums, gradients, weights] = [dx, dy, filter].map((tensor) => valuesOf(backend, tensor));
    if (sums === undefined || gradients === undefined || weights === undefined) return dx;
    walk3d(info, (window, place, tap) => {
      for (let i = 0; i < inChannels; i++) {
        const row = (tap * inChannels + i) * outChannels;
        let sum = 0;
        for (let o = 0; o < outChannels; o++)
          sum += Number(gradients[window * outChannels + o]) * Number(weights[row + o]);
        sums[place * inChannels + i] = Number(sums[place * inChannels + i]) + sum;
      }
    });
    return dx;
  },
);
