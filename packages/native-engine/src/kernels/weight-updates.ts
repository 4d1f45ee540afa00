/**
 * momentumUpdate and movingAverage. TensorFlow has no such operations on plain tensors, and composed of others they are
 * three to seven calls, which for a small weight take longer than the arithmetic: that runs in JavaScript. Large weights,
 * and weights on a GPU, use the composed kernels.
 */
import {
  composedMomentumUpdate,
  composedMovingAverage,
  type MomentumUpdateAttrs,
  type MovingAverageAttrs,
} from "@secateur/backend/engine";
import * as tf from "@tensorflow/tfjs-core";
import { defineFusedKernel, type TensorFlowBackend } from "./run-op.ts";

/** Values up to which a loop in JavaScript is faster than the calls. */
const smallSize = 2 ** 16;

const isSmall = (tensor: tf.Tensor, backend: TensorFlowBackend): boolean =>
  tf.util.sizeFromShape(tensor.shape) <= smallSize && !backend.isUsingGpuDevice;

/** A tensor's values: a copy, or the array that the tensor was made of, if TensorFlow has not read it yet. */
const read = (tensor: tf.Tensor): Float32Array => tensor.dataSync<"float32">();

export const momentumUpdate: tf.KernelConfig = defineFusedKernel(
  "MomentumUpdate",
  ({ inputs, attrs, backend }) => {
    if (!isSmall(inputs.weight, backend)) return tf.tidy(() => composedMomentumUpdate(inputs, attrs));
    const [weight, velocity] = [read(inputs.weight).slice(), read(inputs.velocity).slice()];
    updateWithMomentum(weight, read(inputs.gradient), velocity, attrs);
    return [tf.tensor(weight, inputs.weight.shape), tf.tensor(velocity, inputs.weight.shape)];
  },
);

/** Writes `weight` and `velocity`. */
function updateWithMomentum(
  weight: Float32Array,
  gradient: Float32Array,
  velocity: Float32Array,
  { learningRate, momentum, weightDecay, nesterov }: MomentumUpdateAttrs,
): void {
  for (let i = 0; i < weight.length; i++) {
    const w = weight[i] as number;
    const slope = (gradient[i] as number) + weightDecay * w;
    const next = momentum * (velocity[i] as number) + slope;
    velocity[i] = next;
    weight[i] = w - learningRate * (nesterov ? slope + momentum * next : next);
  }
}

export const movingAverage: tf.KernelConfig = defineFusedKernel(
  "MovingAverage",
  ({ inputs, attrs, backend }) =>
    isSmall(inputs.moving, backend)
      ? tf.tensor(average(read(inputs.moving), read(inputs.batch), attrs), inputs.moving.shape)
      : tf.tidy(() => composedMovingAverage(inputs, attrs)),
);

const average = (moving: Float32Array, batch: Float32Array, { momentum }: MovingAverageAttrs): Float32Array =>
  moving.map((value, i) => value * momentum + (batch[i] as number) * (1 - momentum));
