/**
 * A convolution too large for the cpu backend, checked against an identity: it is a sum of matrix products, one for each
 * position of the kernel. With ∂y all ones, sums of its gradients over axes have closed forms, which are compared.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Check } from "./check.ts";

const batch = 2;

/** Values between -1 and 1 without a period, computed by the engine: a million random numbers would take too long. */
const wave = (shape: readonly number[], step: number): tf.Tensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.reshape(tf.cos(tf.mul(tf.range(0, size), step)), [...shape]);
};

/**
 * Stride 1, padding SAME.
 *
 * @param kernel - Width and height, odd.
 * @param size - Width and height of the images.
 */
export function largeConvolution(kernel: 1 | 3, size: number, inputs: number, outputs: number): Check {
  const tensors = () =>
    [
      wave([batch, size, size, inputs], 1.3) as tf.Tensor4D,
      wave([kernel, kernel, inputs, outputs], 0.7) as tf.Tensor4D,
    ] as const;

  const compute = (): tf.Tensor[] => {
    const [x, w] = tensors();
    const f = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
      tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, "same");
    const [dx, dw] = tf.grads(f)([x, w], tf.ones([batch, size, size, outputs])) as [tf.Tensor, tf.Tensor];
    return [f(x, w), tf.sum(dx, [0, 1, 2]), tf.sum(dw, 3)];
  };

  const identity = (): tf.Tensor[] => {
    const [x, w] = tensors();
    const [padded, ones] = [padImages(x, kernel), padImages(tf.ones([batch, size, size, 1]), kernel)];
    const products = positionsOf(kernel).map((position) => {
      const pixels = pixelsUnder(position, padded, size);
      const matrix = tf.reshape(tf.slice(w, [...position, 0, 0], [1, 1, inputs, outputs]), [inputs, outputs]);
      return {
        y: tf.matMul(pixels, matrix),
        dx: tf.mul(tf.sum(matrix, 1), tf.sum(pixelsUnder(position, ones, size))), // [cin], for each pixel it touches
        dw: tf.mul(tf.sum(pixels, 0), outputs), // [cin], the same for each cout
      };
    });
    return [
      tf.reshape(tf.addN(products.map(({ y }) => y)), [batch, size, size, outputs]),
      tf.addN(products.map(({ dx }) => dx)),
      tf.reshape(tf.stack(products.map(({ dw }) => dw)), [kernel, kernel, inputs]),
    ];
  };

  return {
    name: `large convolution ${kernel}×${kernel}, ${inputs}→${outputs}, as matrix products`,
    compute,
    identity,
  };
}

type Position = readonly [row: number, column: number];

const positionsOf = (kernel: number): readonly Position[] =>
  Array.from({ length: kernel * kernel }, (_, i) => [Math.floor(i / kernel), i % kernel]);

const padImages = (images: tf.Tensor4D, kernel: number): tf.Tensor4D => {
  const margin = (kernel - 1) / 2;
  return tf.pad(images, [
    [0, 0],
    [margin, margin],
    [margin, margin],
    [0, 0],
  ]);
};

/** The pixels that the weights at one position of the kernel are multiplied with: `[batch · size², channels]`. */
const pixelsUnder = ([row, column]: Position, padded: tf.Tensor4D, size: number): tf.Tensor2D => {
  const channels = padded.shape[3];
  return tf.reshape(tf.slice(padded, [0, row, column, 0], [batch, size, size, channels]), [-1, channels]);
};
