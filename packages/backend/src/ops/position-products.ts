// What a gate's gradient is made of: for each example and channel the sum of x · ∂E/∂x over the positions.

import * as tf from "@tensorflow/tfjs-core";
import { type ComposedKernel, ensureKernel, runForOne } from "./composed-kernel.ts";

export const positionProductsKernel = "PositionProducts";

const composed: ComposedKernel = ({ x, dy }) => {
  if (x === undefined || dy === undefined) throw new TypeError("x, dy expected");
  const positions = [...x.shape.keys()].slice(1, -1);
  const products = tf.mul(x, dy);
  return [positions.length === 0 ? products : tf.sum(products, positions)];
};

/**
 * Not differentiable itself.
 *
 * @param x - `[batch, ..., channels]`
 * @param dy - Of the same shape.
 * @returns Σ x · dy over all axes but the first and the last, `[batch, channels]`.
 */
export const positionProducts = (x: tf.Tensor, dy: tf.Tensor): tf.Tensor2D => {
  if (x.rank < 2 || x.shape.join() !== dy.shape.join()) {
    throw new RangeError(`positionProducts: x is [${x.shape}] and dy [${dy.shape}]`);
  }
  ensureKernel(positionProductsKernel, composed);
  return runForOne(positionProductsKernel, { x, dy }) as tf.Tensor2D;
};
