/**
 * ∂L/∂x of average pooling. tfjs's kernel divides by the size of the whole window, but the forward pass by the part inside
 * the image, so at padded edges the gradient is too small. This kernel scales ∂L/∂y up there first.
 */
import * as tf from "@tensorflow/tfjs-core";
import { AvgPoolGrad, type AvgPoolGradAttrs, backend_util, type KernelConfig } from "@tensorflow/tfjs-core";
import { defineKernel, shape4 } from "./define-kernel.ts";

/** For each output position along one axis: the window's size divided by the part of it inside the image. */
const excess = (outputs: number, size: number, window: number, stride: number, before: number): number[] =>
  Array.from({ length: outputs }, (_, i) => {
    const start = i * stride - before;
    return window / (Math.min(start + window, size) - Math.max(start, 0));
  });

/** @param stock - The backend's own kernel. */
export function avgPoolGrad(stock: KernelConfig): KernelConfig {
  return defineKernel<"dy" | "input", AvgPoolGradAttrs>(
    AvgPoolGrad,
    ({ inputs: { dy, input }, attrs, backend }) => {
      const { filterSize, strides, pad } = attrs;
      const info = backend_util.computePool2DInfo(shape4(input), filterSize, strides, 1, pad);
      const { top, bottom, left, right } = info.padInfo;
      const run = (gradient: typeof dy) =>
        stock.kernelFunc({ inputs: { dy: gradient, input }, attrs: { ...attrs }, backend }) as tf.TensorInfo;
      if (top + bottom + left + right === 0) return run(dy);
      const rows = excess(info.outHeight, info.inHeight, info.filterHeight, info.strideHeight, top);
      const columns = excess(info.outWidth, info.inWidth, info.filterWidth, info.strideWidth, left);
      const scaled = tf.tidy(() =>
        tf.mul(dy as tf.Tensor, tf.tensor(rows.map((row) => columns.map((column) => [row * column])))),
      );
      const dx = run(scaled);
      scaled.dispose();
      return dx;
    },
  );
}
