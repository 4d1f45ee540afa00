/** Gathers the kept indices of a tensor on each axis. */
import * as tf from "@tensorflow/tfjs-core";
import type { KeptIndices } from "./kept-indices.ts";

/** tfjs's names of backends. */
const withReachableMemory: ReadonlySet<string> = new Set(["cpu", "wasm", "tensorflow"]);

type Axes = ReadonlyMap<number, Int32Array>;

/**
 * The kept part of a tensor that has the shape of the weight at `path`, for instance an optimiser's momentum; a new tensor.
 * Where JavaScript can reach the engine's memory, it copies the values, which is faster than tfjs's gather. Other engines gather
 * themselves: a synchronous read stalls a GPU, and WebGPU has none.
 */
export function gatherKept(tensor: tf.Tensor, path: string, kept: KeptIndices): tf.Tensor {
  const axes: Axes = kept.get(path) ?? new Map();
  return withReachableMemory.has(tf.getBackend())
    ? gatherInMemory(tensor, axes)
    : gatherByEngine(tensor, axes);
}

export function gatherByEngine(tensor: tf.Tensor, axes: Axes): tf.Tensor {
  return tf.tidy(() => {
    let kept = tf.clone(tensor);
    for (const [axis, indices] of axes) kept = tf.gather(kept, tf.tensor1d(indices, "int32"), axis);
    return kept;
  });
}

export function gatherInMemory(tensor: tf.Tensor, axes: Axes): tf.Tensor {
  let values: Float32Array | Int32Array | Uint8Array = tensor.dataSync().slice(); // a copy: the cpu engine returns its own memory
  const shape = [...tensor.shape];
  for (const [axis, indices] of [...axes].sort(([a], [b]) => a - b)) {
    const [outer, inner] = [shape.slice(0, axis), shape.slice(axis + 1)].map(tf.util.sizeFromShape);
    values = pick(values, Number(outer), Number(shape[axis]), Number(inner), indices);
    shape[axis] = indices.length;
  }
  return tf.tensor(values, shape, tensor.dtype);
}

/** From `[outer, size, inner]` to `[outer, indices, inner]`. */
function pick<T extends Float32Array | Int32Array | Uint8Array>(
  values: T,
  outer: number,
  size: number,
  inner: number,
  indices: Int32Array,
): T {
  const picked = values.slice(0, outer * indices.length * inner) as T;
  let to = 0;
  for (let row = 0; row < outer; row++) {
    for (const index of indices) {
      const from = (row * size + index) * inner;
      if (inner === 1) picked[to] = Number(values[from]);
      else picked.set(values.subarray(from, from + inner), to);
      to += inner;
    }
  }
  return picked;
}
