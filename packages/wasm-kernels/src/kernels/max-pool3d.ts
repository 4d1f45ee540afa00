/**
 * Max pooling over three axes, and its gradient, which goes to the first largest value of a window. Replace tfjs's kernels,
 * which read beyond the input where windows overlap the padding.
 */
import {
  backend_util,
  type KernelConfig,
  MaxPool3D,
  type MaxPool3DAttrs,
  MaxPool3DGrad,
  type MaxPool3DGradAttrs,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { fillZero, makeOutput, valuesOf } from "../simd/wasm-heap.ts";
import { defineKernel, requireFloat } from "./define-kernel.ts";
import { walk3d } from "./walk3d.ts";

type Info = backend_util.Conv3DInfo;

function infoOf(x: TensorInfo, attrs: MaxPool3DAttrs | MaxPool3DGradAttrs): Info {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const shape = x.shape as [number, number, number, number, number];
  return backend_util.computePool3DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
}

/** For each window and channel, the index of its first largest value. */
function largest(info: Info, values: ArrayLike<number>): Int32Array {
  const { inChannels: channels, outShape } = info;
  const indices = new Int32Array(outShape.reduce((a, b) => a * b, 1)).fill(-1);
  walk3d(info, (window, place) => {
    for (let c = 0; c < channels; c++) {
      const best = Number(indices[window * channels + c]);
      const at = place * channels + c;
      if (best < 0 || Number(values[at]) > Number(values[best])) indices[window * channels + c] = at;
    }
  });
  return indices;
}

export const maxPool3D: KernelConfig = defineKernel<"x", MaxPool3DAttrs>(
  MaxPool3D,
  ({ inputs: { x }, attrs, backend }) => {
    requireFloat(MaxPool3D, x);
    const info = infoOf(x, attrs);
    const y = makeOutput(backend, info.outShape);
    const values = valuesOf(backend, x);
    const indices = largest(info, values);
    valuesOf(backend, y).set(Float32Array.from(indices, (index) => Number(values[index])));
    return y;
  },
);

export const maxPool3DGrad: KernelConfig = defineKernel<"dy" | "input", MaxPool3DGradAttrs>(
  MaxPool3DGrad,
  ({ inputs: { dy, input }, attrs, backend }) => {
    requireFloat(MaxPool3DGrad, dy, input);
    const indices = largest(infoOf(input, attrs), valuesOf(backend, input));
    const dx = makeOutput(backend, input.shape);
    fillZero(backend, dx);
    const [sums, gradients] = [valuesOf(backend, dx), valuesOf(backend, dy)];
    for (const [i, index] of indices.entries()) sums[index] = Number(sums[index]) + Number(gradients[i]);
    return dx;
  },
);
