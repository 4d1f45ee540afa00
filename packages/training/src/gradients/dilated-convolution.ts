/**
 * The gradient of dilated convolutions, which tfjs lacks on every engine. A convolution dilated by d equals one without dilation
 * whose kernel has d - 1 zeros between its rows and columns, so tfjs's own gradient of that one is used.
 */
import * as tf from "@tensorflow/tfjs-core";

const convolutions = [tf.Conv2D, tf.Conv3D, tf.DepthwiseConv2dNative] as const;

/** Runs `f` so that convolutions recorded on the tape have a gradient for every dilation. tfjs is as before afterwards. */
export function withDilatedGradients<T>(f: () => T): T {
  const stock = convolutions.flatMap((name) => tf.getGradient(name) ?? []);
  try {
    for (const config of stock) replaceGradient(dilated(config));
    return f();
  } finally {
    for (const config of stock) replaceGradient(config);
  }
}

function replaceGradient(config: tf.GradConfig): void {
  tf.unregisterGradient(config.kernelName);
  tf.registerGradient(config);
}

function dilated(config: tf.GradConfig): tf.GradConfig {
  return {
    ...config,
    gradFunc: (dy, saved, attrs) => {
      const rates = [attrs["dilations"] ?? 1].flat().map(Number);
      const [x, kernel] = saved;
      if (x === undefined || kernel === undefined || rates.every((rate) => rate === 1))
        return config.gradFunc(dy, saved, attrs);
      // Conv3D in tfjs has five rates, those of batch and channels included.
      const spatial = rates.length === kernel.rank ? rates.slice(1, -1) : rates;
      const perAxis = Array.from({ length: kernel.rank - 2 }, (_, axis) => spatial[axis] ?? spatial[0] ?? 1);
      const wide = perAxis.reduce((k, rate, axis) => spread(k, axis, rate), kernel);
      const undilated = { ...attrs, dilations: rates.map(() => 1) };
      const { x: ofInput, filter: ofKernel } = config.gradFunc(dy, [x, wide], undilated);
      if (ofInput === undefined || ofKernel === undefined) return config.gradFunc(dy, saved, attrs);
      return {
        x: ofInput,
        filter: () => perAxis.reduce((k, rate, axis) => collect(k, axis, rate), ofKernel()),
      };
    },
  };
}

/** Puts `rate - 1` zeros between the elements of an axis: from size k to `(k - 1) · rate + 1`. */
function spread(kernel: tf.Tensor, axis: number, rate: number): tf.Tensor {
  const { before, size, after } = around(kernel, axis);
  const rows = tf.reshape(kernel, [before, size, 1, after]);
  const padded = tf.pad(rows, [
    [0, 0],
    [0, 0],
    [0, rate - 1],
    [0, 0],
  ]);
  const wide = (size - 1) * rate + 1;
  const cut = tf.slice(tf.reshape(padded, [before, size * rate, after]), 0, [before, wide, after]);
  return tf.reshape(cut, kernel.shape.with(axis, wide));
}

/** Takes every `rate`-th element of an axis: the inverse of `spread`. */
function collect(kernel: tf.Tensor, axis: number, rate: number): tf.Tensor {
  const { before, size, after } = around(kernel, axis);
  const narrow = (size - 1) / rate + 1;
  const padded = tf.pad(tf.reshape(kernel, [before, size, after]), [
    [0, 0],
    [0, narrow * rate - size],
    [0, 0],
  ]);
  const first = tf.slice(tf.reshape(padded, [before, narrow, rate, after]), 0, [before, narrow, 1, after]);
  return tf.reshape(first, kernel.shape.with(axis, narrow));
}

/** The number of elements before an axis, on it, and after it. */
function around({ shape }: tf.Tensor, axis: number): { before: number; size: number; after: number } {
  const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
  return {
    before: product(shape.slice(0, axis)),
    size: Number(shape[axis]),
    after: product(shape.slice(axis + 1)),
  };
}
