/** A minibatch in contiguous parts, in memory that the workers share. */
import { type Batch, batchSize, inputsOf, targetsOf } from "@secateur/training";
import type * as tf from "@tensorflow/tfjs-core";
import { TeamError } from "./errors.ts";
import { sharedFloats } from "./shared-floats.ts";

/** A part of a tensor, the rows of some examples. Whole numbers are exact up to 2²⁴. */
export interface SharedRows {
  readonly values: Float32Array;
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

export interface BatchPart {
  readonly xs: readonly SharedRows[];
  readonly ys: readonly SharedRows[];
  /** This part's examples over all, 0..1; the shares add up to 1. */
  readonly share: number;
}

/** Copies a batch into shared memory and says which part is whose; its buffers serve again for the next batch. */
export type BatchSplitter = (batch: Batch, workers: number) => readonly BatchPart[];

export function batchSplitter(): BatchSplitter {
  const buffers: ((tensor: tf.Tensor) => Float32Array)[] = [];
  return (batch, workers) => {
    const [inputs, targets] = [inputsOf(batch), targetsOf(batch)];
    const count = batchSize(batch);
    const short = [...inputs, ...targets].find(({ shape }) => shape[0] !== count);
    if (count === 0 || short !== undefined) {
      throw new TeamError(
        `a batch needs as many labels as examples; got xs [${inputs[0]?.shape}] and ys [${targets[0]?.shape}]`,
      );
    }
    const shared = [...inputs, ...targets].map((tensor, i) => {
      const copy = buffers[i] ?? reusedFloats();
      buffers[i] = copy;
      return { tensor, values: copy(tensor) };
    });
    return bounds(count, workers).map(([start, end]) => {
      const parts = shared.map(({ tensor, values }) => rows(values, tensor, start, end));
      const share = (end - start) / count;
      return { xs: parts.slice(0, inputs.length), ys: parts.slice(inputs.length), share };
    });
  };
}

/** `count` examples in at most `parts` runs, none empty, whose lengths differ by one at most: the first are longer. */
export function bounds(count: number, parts: number): readonly (readonly [start: number, end: number])[] {
  const used = Math.min(count, parts);
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

/** A copy of a tensor's values in a shared buffer, which grows when it must. */
function reusedFloats(): (tensor: tf.Tensor) => Float32Array {
  let buffer = sharedFloats(0);
  return (tensor) => {
    if (buffer.length < tensor.size) buffer = sharedFloats(tensor.size);
    const view = buffer.subarray(0, tensor.size);
    view.set(tensor.dataSync());
    return view;
  };
}
