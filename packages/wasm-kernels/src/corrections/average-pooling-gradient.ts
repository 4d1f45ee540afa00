/**
 * ∂L/∂x of average pooling, on any engine. tfjs's kernels divide by the size of the whole window, but the forward pass by the
 * part inside the input, so at padded edges the gradient is too small. This kernel scales ∂L/∂y up there first.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type PoolAttrs, type PoolAxis, poolAxes } from "./pool-axes.ts";

/** @param stock - The engine's own `AvgPoolGrad` or `AvgPool3DGrad`. */
export function averagePoolingGradient(stock: tf.KernelConfig): tf.KernelConfig {
  const kernelFunc: tf.KernelFunc = ({ inputs, attrs = {}, backend }) => {
    const { dy, input } = inputs as { readonly dy: tf.Tensor; readonly input: tf.Tensor };
    const run = (gradient: tf.Tensor) =>
      stock.kernelFunc({ inputs: { dy: gradient, input }, attrs, backend });
    const factors = poolAxes(input, attrs as unknown as PoolAttrs).map(excess);
    if (factors.flat().every((factor) => factor === 1)) return run(dy);
    const scaled = tf.tidy(() =>
      factors.reduce((product, each, i) => tf.mul(product, along(each, i + 1, dy.rank)), dy),
    );
    const dx = run(scaled);
    scaled.dispose();
    return dx;
  };
  return { ...stock, kernelFunc };
}

/** For each window along one axis: its size divided by the part of it inside the input. */
function excess({ size, windows, taps, stride, before }: PoolAxis): readonly number[] {
  return Array.from({ length: windows }, (_, i) => {
    const start = i * stride - before;
    return taps / (Math.min(start + taps, size) - Math.max(start, 0));
  });
}

/** The numbers along one axis of a tensor of that rank, whose other axes have size 1. */
function along(values: readonly number[], axis: number, rank: number): tf.Tensor {
  return tf.tensor(
    [...values],
    Array.from({ length: rank }, (_, i) => (i === axis ? values.length : 1)),
  );
}
