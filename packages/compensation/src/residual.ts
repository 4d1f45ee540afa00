/**
 * The residual of a layer's output where a ReLU reads it: what lies below zero in the original may be anything below zero. The
 * loss `(y - t)²` for t > 0 and `max(y, 0)²` for t ≤ 0 is convex in y.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { ReadThrough } from "./refit-sites.ts";

/** Minus half the derivative of the loss by y: `t - y` where the value is visible. @param y - `[rows, channels]` */
export function visibleResidual(y: tf.Tensor2D, target: tf.Tensor2D, readThrough: ReadThrough): tf.Tensor2D {
  const difference = tf.sub(target, y);
  if (readThrough === "identity") return difference as tf.Tensor2D;
  const belowZero = tf.logicalAnd(tf.lessEqual(target, 0), tf.lessEqual(y, 0));
  const hidden = readThrough === "relu" ? belowZero : tf.logicalOr(belowZero, aboveSix(y, target));
  const clamped = tf.sub(seen(target, readThrough), y); // the target moved to the edge of what is seen
  return tf.where(hidden, tf.zerosLike(y), clamped) as tf.Tensor2D;
}

const aboveSix = (y: tf.Tensor, target: tf.Tensor): tf.Tensor =>
  tf.logicalAnd(tf.greaterEqual(target, 6), tf.greaterEqual(y, 6));

/** What the reader sees of a tensor. */
export function seen(x: tf.Tensor, readThrough: ReadThrough): tf.Tensor {
  if (readThrough === "identity") return x;
  return readThrough === "relu" ? tf.relu(x) : tf.relu6(x);
}
