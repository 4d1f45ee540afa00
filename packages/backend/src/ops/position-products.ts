/** The gradient of a gate: for each example and channel the sum of x · ∂L/∂x over the positions. */
import * as tf from "@tensorflow/tfjs-core";
import { type ComposedKernel, ensureKernel, runFusedForOne } from "./composed-kernel.ts";

const composed: ComposedKernel<"PositionProducts"> = ({ x, dy }) => {
  const positions = [...x.shape.keys()].slice(1, -1);
  const products = tf.mul(x, dy);
  return [positions.length === 0 ? products : tf.sum(products, positions)];
};

/**
 * Not differentiable.
 *
 * @param x - `[batch, ..., channels]`
 * @param dy - Of the same shape.
 * @returns Σ x · dy over all axes but the first and the last, `[batch, channels]`.
 */
export function positionProducts(x: tf.Tensor, dy: tf.Tensor): tf.Tensor2D {
  if (x.rank < 2 || x.shape.join() !== dy.shape.join()) {
    throw new RangeError(`positionProducts: x is [${x.shape}] and dy [${dy.shape}]`);
  }
  ensureKernel("PositionProducts", composed);
  return runFusedForOne("PositionProducts", { x, dy }, {}) as tf.Tensor2D;
}
