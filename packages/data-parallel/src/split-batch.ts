/** Splits a minibatch into contiguous shards in shared memory. */
import { type Batch, batchSize, inputsOf, targetsOf } from "@secateur/training";
import type * as tf from "@tensorflow/tfjs-core";
import { DataParallelError } from "./errors.ts";
import { sharedFloats } from "./shared-floats.ts";

/** The rows of a shard in one of the batch's tensors. Stored as float32, so integers are exact up to 2²⁴. */
export interface SharedRows {
  readonly values: Float32Array;
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

export interface BatchShard {
  readonly xs: readonly SharedRows[];
  readonly ys: readonly SharedRows[];
  /** The shard's fraction of the batch, 0..1. */
  readonly share: number;
}

/** Copies a batch into shared memory and returns one shard per worker. The next call reuses the buffers. */
export type BatchSplitter = (batch: Batch, workers: number) => readonly BatchShard[];

export function batchSplitter(): BatchSplitter {
  const buffers: ((tensor: tf.Tensor) => Float32Array)[] = [];
  return (batch, workers) => {
    const [inputs, targets] = [inputsOf(batch), targetsOf(batch)];
    const count = batchSize(batch);
    const uneven = [...inputs, ...targets].find(({ shape }) => shape[0] !== count);
    if (count === 0 || uneven !== undefined) {
      throw new DataParallelError(
        `xs and ys must hold the same number of examples, at least 1: got xs [${inputs[0]?.shape}] and ys [${targets[0]?.shape}]`,
      );
    }
    const shared = [...inputs, ...targets].map((tensor, i) => {
      const copy = buffers[i] ?? reusedFloats();
      buffers[i] = copy;
      return { tensor, values: copy(tensor) };
    });
    return bounds(count, workers).map(([start, end]) => {
      const tensors = shared.map(({ tensor, values }) => rows(values, tensor, start, end));
      const share = (end - start) / count;
      return { xs: tensors.slice(0, inputs.length), ys: tensors.slice(inputs.length), share };
    });
  };
}

/** Splits `count` examples into at most `shards` non-empty ranges. Their lengths differ by at most 1; longer ones come first. */
export function bounds(count: number, shards: number): readonly (readonly [start: number, end: number])[] {
  const used = Math.min(count, shards);
  const start = (i: number): number => Math.floor(count / used) * i + Math.min(i, count % used);
  return Array.from({ length: used }, (_, i) => [start(i), start(i + 1)]);
}

function rows(
  all: Float32Array,
  { shape, dtype }: Pick<tf.Tensor, "shape" | "dtype">,
  start: number,
  end: number,
): SharedRows {
  const [count = 1, ...rest] = shape;
  const size = all.length / count;
  return { values: all.subarray(start * size, end * size), shape: [end - start, ...rest], dtype };
}

/** Copies a tensor's values to a shared buffer that grows on demand. */
function reusedFloats(): (tensor: tf.Tensor) => Float32Array {
  let buffer = sharedFloats(0);
  return (tensor) => {
    if (buffer.length < tensor.size) buffer = sharedFloats(tensor.size);
    const view = buffer.subarray(0, tensor.size);
    view.set(tensor.dataSync());
    return view;
  };
}
