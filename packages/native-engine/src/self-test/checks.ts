/**
 * The checks of an engine: every fused kernel and its gradient, and the operations that networks are made of, against
 * tfjs's plain JavaScript backend; and large ones, where native code takes other paths, against an identity.
 */

import {
  batchNormTraining,
  momentumUpdate,
  movingAverage,
  positionProducts,
  softmaxCrossEntropy,
} from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { Check, Compute } from "./check.ts";
import { largeConvolution } from "./large-convolution.ts";

const random = (shape: readonly number[], seed: number): tf.Tensor =>
  tf.randomNormal([...shape], 0, 1, "float32", seed);

/** The value of `f`, and its gradients for a fixed ∂y. */
const withGradients =
  (f: (...xs: tf.Tensor[]) => tf.Tensor, ...shapes: readonly (readonly number[])[]): Compute =>
  () => {
    const xs = shapes.map((shape, i) => random(shape, i + 1));
    const y = f(...xs);
    return [y, ...tf.grads((...inputs: tf.Tensor[]) => f(...inputs))(xs, random(y.shape, 99))];
  };

type Pad = Parameters<typeof tf.conv2d>[3];

const convolution = (kernel: number, stride: number, pad: Pad, size = 9, inputs = 5, outputs = 7): Check => ({
  name: `convolution ${kernel}×${kernel}, stride ${stride}, pad ${pad}, ${inputs}→${outputs}`,
  compute: withGradients(
    (x, w) =>
      tf.conv2d(
        x as tf.Tensor4D,
        w as tf.Tensor4D,
        stride,
        pad,
        "NHWC",
        1,
        typeof pad === "number" ? "floor" : undefined,
      ),
    [2, size, size, inputs],
    [kernel, kernel, inputs, outputs],
  ),
});

const depthwise = (stride: number): Check => ({
  name: `depthwise convolution 3×3, stride ${stride}`,
  compute: withGradients(
    (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, "same"),
    [2, 8, 8, 6],
    [3, 3, 6, 1],
  ),
});

const product = (transposeA: boolean, transposeB: boolean): Check => ({
  name: `matrix product${transposeA ? ", first transposed" : ""}${transposeB ? ", second transposed" : ""}`,
  compute: withGradients(
    (a, b) => tf.matMul(a, b, transposeA, transposeB),
    transposeA ? [17, 9] : [9, 17],
    transposeB ? [13, 17] : [17, 13],
  ),
});

const labels = (): tf.Tensor2D => tf.softmax(random([6, 5], 7) as tf.Tensor2D);

export const checks: readonly Check[] = [
  {
    name: "batch normalisation in training",
    compute: withGradients(
      (x, gamma, beta) =>
        batchNormTraining(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-3).y,
      [3, 6, 6, 5],
      [5],
      [5],
    ),
  },
  { name: "relu", compute: withGradients((x) => tf.relu(x), [4, 33]) },
  { name: "relu6", compute: withGradients((x) => tf.relu6(tf.mul(x, 5)), [4, 33]) },
  {
    name: "softmax cross-entropy",
    compute: withGradients((x) => softmaxCrossEntropy(x as tf.Tensor2D, labels()), [6, 5]),
  },
  {
    name: "momentum update",
    compute: () =>
      momentumUpdate(random([4, 9], 1), random([4, 9], 2), random([4, 9], 3), {
        learningRate: 0.1,
        momentum: 0.9,
        weightDecay: 1e-3,
        nesterov: true,
      }),
  },
  { name: "moving average", compute: () => [movingAverage(random([9], 1), random([9], 2), 0.9)] },
  {
    name: "sums of products over positions",
    compute: () => [positionProducts(random([3, 5, 5, 9], 1), random([3, 5, 5, 9], 2))],
  },
  convolution(3, 1, "same"),
  convolution(3, 2, "same", 10),
  convolution(3, 1, "valid"),
  convolution(3, 2, 1),
  convolution(5, 1, "same"),
  convolution(1, 1, "same"),
  convolution(1, 2, "valid"),
  convolution(3, 1, "same", 8, 16, 16),
  depthwise(1),
  depthwise(2),
  {
    name: "max pooling",
    compute: withGradients((x) => tf.maxPool(x as tf.Tensor4D, 3, 2, "same"), [2, 9, 9, 4]),
  },
  {
    // Kernels that start from zero lose the gradient of windows without a positive value.
    name: "max pooling of negative values",
    compute: withGradients(
      (x) => tf.maxPool(tf.sub(x as tf.Tensor4D, 10) as tf.Tensor4D, 2, 2, "valid"),
      [2, 8, 8, 4],
    ),
  },
  {
    name: "average pooling",
    compute: withGradients((x) => tf.avgPool(x as tf.Tensor4D, 2, 2, "valid"), [2, 8, 8, 4]),
  },
  product(false, false),
  product(true, false),
  product(false, true),
  product(true, true),
  // oneDNN's kernel for these can crash.
  largeConvolution(1, 14, 256, 1024),
  largeConvolution(3, 7, 512, 512),
];
