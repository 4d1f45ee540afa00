// One step of stochastic gradient descent for one weight, in one kernel, as PyTorch defines it:
//   s = g + λ w,  v ← μ v + s,  w ← w - η v, or with Nesterov's look-ahead w ← w - η (s + μ v)

import * as tf from "@tensorflow/tfjs-core";
import { type ComposedKernel, ensureKernel } from "./composed-kernel.ts";

export const momentumUpdateKernel = "MomentumUpdate";

export interface MomentumUpdateAttrs {
  /** η */
  readonly learningRate: number;
  /** μ */
  readonly momentum: number;
  /** λ */
  readonly weightDecay: number;
  readonly nesterov: boolean;
}

export const composedMomentumUpdate: ComposedKernel = ({ weight, gradient, velocity }, attrs) => {
  if (weight === undefined || gradient === undefined || velocity === undefined) {
    throw new TypeError("weight, gradient, velocity expected");
  }
  const [rate, momentum, decay] = ["learningRate", "momentum", "weightDecay"].map((name) =>
    Number(attrs[name]),
  );
  const slope = decay === 0 ? gradient : tf.add(gradient, tf.mul(weight, decay ?? 0));
  const next = tf.add(tf.mul(velocity, momentum ?? 0), slope);
  const direction = attrs["nesterov"] === true ? tf.add(slope, tf.mul(next, momentum ?? 0)) : next;
  return [tf.sub(weight, tf.mul(direction, rate ?? 0)), next];
};

/** The same on plain arrays, for engines whose tensors lie in reach of JavaScript. Writes `weight` and `velocity`. */
export const updateWithMomentum = (
  weight: Float32Array,
  gradient: Float32Array,
  velocity: Float32Array,
  { learningRate, momentum, weightDecay, nesterov }: MomentumUpdateAttrs,
): void => {
  for (let i = 0; i < weight.length; i++) {
    const w = weight[i] as number;
    const slope = (gradient[i] as number) + weightDecay * w;
    const next = momentum * (velocity[i] as number) + slope;
    velocity[i] = next;
    weight[i] = w - learningRate * (nesterov ? slope + momentum * next : next);
  }
};

/**
 * @param velocity - All zeros before the first step; the three tensors have one shape and stay as they are.
 * @returns The new weight and the new velocity.
 */
export const momentumUpdate = (
  weight: tf.Tensor,
  gradient: tf.Tensor,
  velocity: tf.Tensor,
  attrs: MomentumUpdateAttrs,
): [weight: tf.Tensor, velocity: tf.Tensor] => {
  ensureKernel(momentumUpdateKernel, composedMomentumUpdate);
  return tf
    .engine()
    .runKernel<[tf.Tensor, tf.Tensor]>(momentumUpdateKernel, { weight, gradient, velocity }, { ...attrs });
};
