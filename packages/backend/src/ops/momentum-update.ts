/**
 * One step of stochastic gradient descent for one weight, in one kernel, as PyTorch defines it:
 *   s = g + λ w,  v ← μ v + s,  w ← w - η v, or with Nesterov momentum w ← w - η (s + μ v)
 */
import type { MomentumUpdateAttrs } from "@secateur/wasm-kernels";
import * as tf from "@tensorflow/tfjs-core";
import { type ComposedKernel, ensureKernel, runFused } from "./composed-kernel.ts";

export const composedMomentumUpdate: ComposedKernel<"MomentumUpdate"> = (
  { weight, gradient, velocity },
  { learningRate, momentum, weightDecay, nesterov },
) => {
  const slope = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(weight, weightDecay));
  const next = tf.add(tf.mul(velocity, momentum), slope);
  const direction = nesterov ? tf.add(slope, tf.mul(next, momentum)) : next;
  return [tf.sub(weight, tf.mul(direction, learningRate)), next];
};

/**
 * @param velocity - Zeros before the first step. The three tensors have one shape and are left unchanged.
 * @returns The new weight and the new velocity.
 */
export function momentumUpdate(
  weight: tf.Tensor,
  gradient: tf.Tensor,
  velocity: tf.Tensor,
  attrs: MomentumUpdateAttrs,
): [weight: tf.Tensor, velocity: tf.Tensor] {
  ensureKernel("MomentumUpdate", composedMomentumUpdate);
  return runFused("MomentumUpdate", { weight, gradient, velocity }, attrs) as [tf.Tensor, tf.Tensor];
}
