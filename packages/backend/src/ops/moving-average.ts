// moving ← moving · m + batch · (1 - m), as batch normalisation keeps its statistics, in one kernel.

import * as tf from "@tensorflow/tfjs-core";
import { type ComposedKernel, ensureKernel, runForOne } from "./composed-kernel.ts";

export const movingAverageKernel = "MovingAverage";

export interface MovingAverageAttrs {
  /** m: the share that stays. */
  readonly momentum: number;
}

export const composedMovingAverage: ComposedKernel = ({ moving, batch }, { momentum }) => {
  if (moving === undefined || batch === undefined) throw new TypeError("moving, batch expected");
  return [tf.add(tf.mul(moving, Number(momentum)), tf.mul(batch, 1 - Number(momentum)))];
};

/** The same on plain arrays, for engines whose tensors lie in reach of JavaScript. */
export const average = (
  moving: Float32Array,
  batch: Float32Array,
  { momentum }: MovingAverageAttrs,
): Float32Array => moving.map((value, i) => value * momentum + (batch[i] as number) * (1 - momentum));

/** @param moving - `[channels]`, as `batch`; both stay as they are. */
export const movingAverage = (moving: tf.Tensor, batch: tf.Tensor, momentum: number): tf.Tensor => {
  ensureKernel(movingAverageKernel, composedMovingAverage);
  return runForOne(movingAverageKernel, { moving, batch }, { momentum });
};
