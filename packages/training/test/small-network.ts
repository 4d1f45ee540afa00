/**
 * A network small enough to be written down again in plain double precision, with everything in it whose second
 * derivative tfjs has wrong or not at all: convolution, batch normalisation, pooling, softmax cross-entropy.
 *
 * Images [4, 4, 1], convolution 3×3 "same" to 2 channels, batch normalisation, pooling 2×2, dense to 3 classes.
 */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import type { Batch } from "../src/index.ts";

export type Pooling = "max" | "average";

const [size, filters, classes, images] = [4, 2, 3, 5];
const epsilon = 1e-3;

export const weightSizes = {
  "c/kernel": 18,
  "b/gamma": 2,
  "b/beta": 2,
  "d/kernel": 24,
  "d/bias": 3,
} as const;
export type WeightName = keyof typeof weightSizes;
export type Weights = Readonly<Record<WeightName, readonly number[]>>;

const wave = (length: number, phase: number): number[] =>
  Array.from({ length }, (_, i) => Math.sin((i + phase) ** 2));

export const weights: Weights = {
  "c/kernel": wave(18, 1),
  "b/gamma": [1.1, 0.8],
  "b/beta": [0.2, -0.1],
  "d/kernel": wave(24, 3),
  "d/bias": wave(3, 5),
};
const pixels = wave(images * size * size, 0.5);
const labels = [0, 1, 2, 1, 0];

export function tfjsNetwork(pooling: Pooling): tfl.LayersModel {
  const pool = { poolSize: 2, strides: 2 };
  const model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        name: "c",
        filters,
        kernelSize: 3,
        padding: "same",
        useBias: false,
        inputShape: [size, size, 1],
      }),
      tfl.layers.batchNormalization({ name: "b", epsilon }),
      pooling === "max" ? tfl.layers.maxPooling2d(pool) : tfl.layers.averagePooling2d(pool),
      tfl.layers.flatten(),
      tfl.layers.dense({ name: "d", units: classes, activation: "softmax" }),
    ],
  });
  for (const weight of model.weights) {
    const values = weights[weight.originalName as WeightName];
    if (values === undefined) continue;
    const tensor = tf.tensor([...values], weight.shape as number[]);
    weight.write(tensor);
    tensor.dispose();
  }
  return model;
}

export const smallBatch = (): Batch<tf.Tensor, tf.Tensor> => ({
  xs: tf.tensor4d(pixels, [images, size, size, 1]),
  ys: tf.tensor1d(labels, "int32"),
});

/** The mean loss in mode "train", in double precision. */
export function lossInDouble(w: Weights, pooling: Pooling): number {
  const convolved = pixelsOf().map((image) => convolve(image, w["c/kernel"]));
  const normalized = normalize(convolved, w["b/gamma"], w["b/beta"]);
  const losses = normalized.map((map, n) => {
    const flat = pool(map, pooling);
    const logits = w["d/bias"].map((bias, c) =>
      flat.reduce((sum, x, i) => sum + x * at(w["d/kernel"], i * classes + c), bias),
    );
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    return Math.log(total) - at(logits, at(labels, n));
  });
  return losses.reduce((a, b) => a + b) / images;
}

const at = (values: readonly number[], i: number): number => Number(values[i]);
const pixelsOf = (): number[][] =>
  Array.from({ length: images }, (_, n) => pixels.slice(n * size * size, (n + 1) * size * size));

/** `[height · width · filters]` */
function convolve(image: readonly number[], kernel: readonly number[]): number[] {
  const out: number[] = [];
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      for (let f = 0; f < filters; f++) {
        let sum = 0;
        for (let ky = 0; ky < 3; ky++)
          for (let kx = 0; kx < 3; kx++) {
            const [iy, ix] = [y + ky - 1, x + kx - 1];
            if (iy < 0 || ix < 0 || iy >= size || ix >= size) continue;
            sum += at(image, iy * size + ix) * at(kernel, (ky * 3 + kx) * filters + f);
          }
        out.push(sum);
      }
  return out;
}

function normalize(maps: readonly number[][], gamma: readonly number[], beta: readonly number[]): number[][] {
  const moments = gamma.map((_, f) => {
    const all = maps.flatMap((map) => map.filter((_value, i) => i % filters === f));
    const mean = all.reduce((a, b) => a + b) / all.length;
    return { mean, variance: all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length };
  });
  return maps.map((map) =>
    map.map((value, i) => {
      const f = i % filters;
      const { mean, variance } = moments[f] ?? { mean: 0, variance: 0 };
      return (at(gamma, f) * (value - mean)) / Math.sqrt(variance + epsilon) + at(beta, f);
    }),
  );
}

function pool(map: readonly number[], pooling: Pooling): number[] {
  const out: number[] = [];
  for (let y = 0; y < size; y += 2)
    for (let x = 0; x < size; x += 2)
      for (let f = 0; f < filters; f++) {
        const four = [0, 1, size, size + 1].map((step) => at(map, (y * size + x + step) * filters + f));
        out.push(pooling === "max" ? Math.max(...four) : four.reduce((a, b) => a + b) / 4);
      }
  return out;
}
