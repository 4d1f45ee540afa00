/** A minibatch in contiguous parts, in memory that the workers share. */
import type { Batch } from "@secateur/training";
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
  readonly xs: SharedRows;
  readonly ys: SharedRows;
  /** This part's examples over all, 0..1; the shares add up to 1. */
  readonly share: number;
}

/** Copies a batch into shared memory and says which part is whose; its buffers serve again for the next batch. */
export type BatchSplitter = (batch: Batch, workers: number) => readonly BatchPart[];

export function batchSplitter(): BatchSplitter {
  const [takeXs, takeYs] = [reusedFloats(), reusedFloats()];
  return ({ xs, ys }, workers) => {
    const [count = 0] = xs.shape;
    if (count === 0 || ys.shape[0] !== count) {
      throw new TeamError(
        `a batch needs as many labels as examples; got xs [${xs.shape}] and ys [${ys.shape}]`,
      );
    }
    const [images, labels] = [takeXs(xs), takeYs(ys)];
    return bounds(count, workers).map(([start, end]) => ({
      xs: rows(images, xs, start, end),
      ys: rows(labels, ys, start, end),
      share: (end - start) / count,
    }));
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
