/**
 * The input values under a kernel at sampled output positions (im2col of these positions), for kernels over one, two or three
 * axes.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Positions } from "./positions.ts";

/** One axis of a kernel: which input index a tap reads for an output index, or -1 in the padding. */
export interface KernelAxis {
  readonly taps: number;
  readonly outputSize: number;
  readonly inputIndex: (outputIndex: number, tap: number) => number;
}

/**
 * @param x - `[batch, ...sizes, channels]`, one size per axis.
 * @returns `[rows, taps, channels]`; zeros in the padding.
 */
export function patches(x: tf.Tensor, axes: readonly KernelAxis[], positions: Positions): tf.Tensor3D {
  const channels = x.shape.at(-1) ?? 0;
  const sizes = x.shape.slice(1, -1);
  const inputPlaces = sizes.reduce((a, b) => a * b, 1);
  const { examples, places } = positions;
  const taps = axes.reduce((n, axis) => n * axis.taps, 1);
  const table = tapTable(axes, sizes);
  const indices = new Int32Array(places.length * taps);
  const inside = new Float32Array(places.length * taps);
  let paddingCount = 0;
  for (const [row, place] of places.entries()) {
    for (let tap = 0; tap < taps; tap++) {
      const index = table[place * taps + tap] ?? -1;
      const at = row * taps + tap;
      indices[at] = Number(examples[row]) * inputPlaces + Math.max(index, 0);
      inside[at] = index < 0 ? 0 : 1;
      if (index < 0) paddingCount++;
    }
  }
  const rows = tf.gather(tf.reshape(x, [-1, channels]), tf.tensor1d(indices, "int32"));
  const masked = paddingCount === 0 ? rows : tf.mul(rows, tf.tensor2d(inside, [inside.length, 1]));
  return tf.reshape(masked, [places.length, taps, channels]);
}

/** `[output places · taps]`: the row-major index of the input place that each tap reads, or -1. */
function tapTable(axes: readonly KernelAxis[], sizes: readonly number[]): Int32Array {
  const places = axes.reduce((n, { outputSize }) => n * outputSize, 1);
  const taps = axes.reduce((n, axis) => n * axis.taps, 1);
  const table = new Int32Array(places * taps);
  for (let i = 0; i < table.length; i++) table[i] = inputPlace(axes, sizes, Math.floor(i / taps), i % taps);
  return table;
}

function inputPlace(
  axes: readonly KernelAxis[],
  sizes: readonly number[],
  place: number,
  tap: number,
): number {
  let [index, stride] = [0, 1];
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    const { taps, outputSize, inputIndex } = axes[axis] as KernelAxis;
    const along = inputIndex(place % outputSize, tap % taps);
    if (along < 0) return -1;
    index += along * stride;
    stride *= Number(sizes[axis]);
    place = Math.floor(place / outputSize);
    tap = Math.floor(tap / taps);
  }
  return index;
}

/** Values of `[batch, ...sizes, channels]` at the positions, `[rows, channels]`. */
export function valuesAt(x: tf.Tensor, { examples, places }: Positions): tf.Tensor2D {
  const placeCount = x.shape.slice(1, -1).reduce((a, b) => a * b, 1);
  const rows = tf.reshape(x, [-1, x.shape.at(-1) ?? 0]) as tf.Tensor2D;
  const isEveryRow = examples.length === rows.shape[0];
  if (isEveryRow && placeCount === 1) return tf.clone(rows);
  const indices = examples.map((example, i) => example * placeCount + Number(places[i]));
  return tf.gather(rows, tf.tensor1d(indices, "int32"));
}
