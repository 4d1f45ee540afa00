/**
 * ∂L/∂x of max pooling for engines whose kernel gives a window's gradient to the last of equal values: the first one gets it,
 * as in TensorFlow and PyTorch. The kernel runs on the reversed input, where the last of equal values is the first of the
 * original.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type PoolAttrs, type PoolAxis, poolAxes } from "./pool-axes.ts";

/** Padding that no window takes for its largest value. */
const lowest = -3.4e38;

/** @param stock - The engine's own `MaxPoolGrad` or `MaxPool3DGrad`. */
export function maxPoolingGradient(stock: tf.KernelConfig): tf.KernelConfig {
  const kernelFunc: tf.KernelFunc = ({ inputs, attrs, backend }) => {
    const { dy, input, output } = inputs as Readonly<Record<"dy" | "input" | "output", tf.Tensor>>;
    const axes = poolAxes(input, attrs as unknown as PoolAttrs);
    return tf.tidy(() => {
      const x = axes.reduce((part, axis, i) => toWindows(part, axis, i + 1), input);
      const { filterSize, strides } = attrs as unknown as PoolAttrs;
      const dx = stock.kernelFunc({
        inputs: { dy: reversed(dy), input: reversed(x), output }, // no kernel reads the output's values
        attrs: { filterSize, strides, pad: "valid" },
        backend,
      }) as tf.TensorInfo;
      const gradient = reversed(tf.engine().makeTensorFromTensorInfo(dx));
      return axes.reduce((part, axis, i) => fromWindows(part, axis, i + 1), gradient);
    });
  };
  return { ...stock, kernelFunc };
}

/** The padding after the last value; negative where windows leave values out. */
const after = ({ size, windows, taps, stride, before }: PoolAxis): number =>
  (windows - 1) * stride + taps - before - size;

/** Pads and cuts an axis to what the windows cover. */
const toWindows = (x: tf.Tensor, axis: PoolAxis, index: number): tf.Tensor =>
  resized(x, index, axis.before, after(axis), lowest);

const fromWindows = (x: tf.Tensor, axis: PoolAxis, index: number): tf.Tensor =>
  resized(x, index, -axis.before, -after(axis), 0);

/** Adds so many values before and after an axis; removes them where the number is negative. */
function resized(x: tf.Tensor, axis: number, before: number, behind: number, value: number): tf.Tensor {
  if (before === 0 && behind === 0) return x;
  const [outer, inner] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)].map(tf.util.sizeFromShape);
  const size = Number(x.shape[axis]);
  const rows = tf.reshape(x, [Number(outer), size, Number(inner)]); // tfjs's kernels pad at most 4 axes on some engines
  const from = Math.max(0, -before);
  const part = tf.slice(rows, [0, from, 0], [-1, size - from - Math.max(0, -behind), -1]);
  const padded = tf.pad(
    part,
    [
      [0, 0],
      [Math.max(0, before), Math.max(0, behind)],
      [0, 0],
    ],
    value,
  );
  return tf.reshape(padded, [...x.shape.slice(0, axis), size + before + behind, ...x.shape.slice(axis + 1)]);
}

/** Reverses every axis but those of examples and channels: as one axis, in one step. */
function reversed(x: tf.Tensor): tf.Tensor {
  const [batch = 1, channels = 1] = [x.shape[0], x.shape.at(-1)];
  return tf.reshape(tf.reverse(tf.reshape(x, [batch, -1, channels]), 1), x.shape);
}
