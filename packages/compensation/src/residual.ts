/**
 * The residual of a layer's output where a ReLU reads it: what lies below zero in the original may be anything below zero. The
 * loss `(y - t)²` for t > 0 and `max(y, 0)²` for t ≤ 0 is convex in y.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { ReadThrough } from "./refit-sites.ts";

/** The residual as a function of y: `seen - min(max(y, low), high)`, with bounds only where the target is out of sight. */
export type VisibleTarget = {
  /** What the reader sees of the target. */
  readonly seen: tf.Tensor2D;
  readonly low: tf.Tensor2D | undefined;
  readonly high: tf.Tensor2D | undefined;
};

/**
 * For outputs `y + base`.
 *
 * @param target - `[rows, channels]`
 * @param base - The same shape, or undefined for 0.
 */
export function visibleTarget(
  target: tf.Tensor2D,
  base: tf.Tensor2D | undefined,
  readThrough: ReadThrough,
): VisibleTarget {
  const relative = (x: tf.Tensor): tf.Tensor2D =>
    (base === undefined ? tf.clone(x) : tf.sub(x, base)) as tf.Tensor2D;
  const bound = (isOut: tf.Tensor, edge: number, unbounded: number): tf.Tensor2D =>
    relative(tf.where(isOut, tf.fill(target.shape, edge), tf.fill(target.shape, unbounded)));
  return tf.tidy(() => ({
    seen: relative(seen(target, readThrough)),
    low: readThrough === "identity" ? undefined : bound(tf.lessEqual(target, 0), 0, Number.NEGATIVE_INFINITY),
    high:
      readThrough === "relu6" ? bound(tf.greaterEqual(target, 6), 6, Number.POSITIVE_INFINITY) : undefined,
  }));
}

/** Minus half the derivative of the loss by y. @param y - `[rows, channels]`, without the base. */
export function visibleResidual(y: tf.Tensor2D, { seen, low, high }: VisibleTarget): tf.Tensor2D {
  const above = low === undefined ? y : tf.maximum<tf.Tensor2D>(y, low);
  return tf.sub(seen, high === undefined ? above : tf.minimum(above, high));
}

/** What the reader sees of a tensor. */
export function seen(x: tf.Tensor, readThrough: ReadThrough): tf.Tensor {
  if (readThrough === "identity") return x;
  return readThrough === "relu" ? tf.relu(x) : tf.relu6(x);
}
