/** moving ← moving · m + batch · (1 - m), as batch normalisation updates its statistics, in one kernel. */
import * as tf from "@tensorflow/tfjs-core";
import { type ComposedKernel, ensureKernel, runFusedForOne } from "./composed-kernel.ts";

export const composedMovingAverage: ComposedKernel<"MovingAverage"> = ({ moving, batch }, { momentum }) => [
  tf.add(tf.mul(moving, momentum), tf.mul(batch, 1 - momentum)),
];

/**
 * @param moving - `[channels]`, as `batch`; both are left unchanged.
 * @param momentum - m, the share of the old value that stays.
 */
export function movingAverage(moving: tf.Tensor, batch: tf.Tensor, momentum: number): tf.Tensor {
  ensureKernel("MovingAverage", composedMovingAverage);
  return runFusedForOne("MovingAverage", { moving, batch }, { momentum });
}
