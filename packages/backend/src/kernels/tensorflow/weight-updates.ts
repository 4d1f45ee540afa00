// momentumUpdate and movingAverage (ops/). TensorFlow has no such operations on plain tensors. Composed of others they are
// three to seven calls, which for a small weight cost more than the arithmetic: that is done in JavaScript. Large weights,
// and a GPU's, stay where they are.

import * as tf from "@tensorflow/tfjs-core";
import {
  composedMomentumUpdate,
  type MomentumUpdateAttrs,
  momentumUpdateKernel,
  updateWithMomentum,
} from "../../ops/momentum-update.ts";
import {
  average,
  composedMovingAverage,
  type MovingAverageAttrs,
  movingAverageKernel,
} from "../../ops/moving-average.ts";
import { defineTensorFlowKernel, type TensorFlowBackend } from "./run-op.ts";

/** Values up to which a loop in JavaScript is faster than the calls. */
const smallSize = 2 ** 16;

const isSmall = (tensor: tf.Tensor, backend: TensorFlowBackend): boolean =>
  tf.util.sizeFromShape(tensor.shape) <= smallSize && !backend.isUsingGpuDevice;

/** A tensor's values: a copy, or the array that it was made of and that TensorFlow has not seen yet. */
const read = (tensor: tf.Tensor): Float32Array => tensor.dataSync<"float32">();

export const momentumUpdate: tf.KernelConfig = defineTensorFlowKernel<
  "weight" | "gradient" | "velocity",
  MomentumUpdateAttrs
>(momentumUpdateKernel, ({ inputs, attrs, backend }) => {
  if (!isSmall(inputs.weight, backend)) return tf.tidy(() => composedMomentumUpdate(inputs, { ...attrs }));
  const [weight, velocity] = [read(inputs.weight).slice(), read(inputs.velocity).slice()];
  updateWithMomentum(weight, read(inputs.gradient), velocity, attrs);
  return [tf.tensor(weight, inputs.weight.shape), tf.tensor(velocity, inputs.weight.shape)];
});

export const movingAverage: tf.KernelConfig = defineTensorFlowKernel<"moving" | "batch", MovingAverageAttrs>(
  movingAverageKernel,
  ({ inputs, attrs, backend }) =>
    isSmall(inputs.moving, backend)
      ? tf.tensor(average(read(inputs.moving), read(inputs.batch), attrs), inputs.moving.shape)
      : tf.tidy(() => composedMovingAverage(inputs, { ...attrs })),
);
