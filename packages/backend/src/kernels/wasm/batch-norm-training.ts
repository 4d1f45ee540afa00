// Forward pass of batchNormTraining (ops/batch-norm-training.ts): one pass over x for the sums, one that writes y.

import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { type KernelConfig, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { batchNormTrainingKernel } from "../../ops/batch-norm-training.ts";
import { simdOf } from "../../simd/simd-module.ts";
import { doubles, floats, makeOutput, offsetOf, withScratch } from "../../simd/wasm-heap.ts";
import { defineKernel, requireFloat } from "./define-kernel.ts";

/** Writes the mean and the biased variance of each channel; sums are taken about the channel's first value. */
const computeMoments = (
  backend: BackendWasm,
  x: TensorInfo,
  mean: TensorInfo,
  variance: TensorInfo,
): void => {
  const channels = util.sizeFromShape(mean.shape);
  const rows = util.sizeFromShape(x.shape) / channels;
  const [xAt, meanAt, varianceAt] = [
    offsetOf(backend, x),
    offsetOf(backend, mean),
    offsetOf(backend, variance),
  ];
  withScratch(backend, [channels * 4, channels * 8, channels * 8], (shiftAt, sumsAt, squaresAt) => {
    const shift = floats(backend, shiftAt, channels);
    shift.set(floats(backend, xAt, channels));
    simdOf(backend).channelMoments(xAt, rows, channels, shiftAt, sumsAt, squaresAt);
    const [sums, squares] = [doubles(backend, sumsAt, channels), doubles(backend, squaresAt, channels)];
    const [means, variances] = [floats(backend, meanAt, channels), floats(backend, varianceAt, channels)];
    for (let c = 0; c < channels; c++) {
      const offset = (sums[c] ?? 0) / rows;
      means[c] = (shift[c] ?? 0) + offset;
      variances[c] = Math.max(0, (squares[c] ?? 0) / rows - offset * offset);
    }
  });
};

export const batchNormTraining: KernelConfig = defineKernel<
  "x" | "gamma" | "beta",
  { readonly epsilon: number }
>(batchNormTrainingKernel, ({ inputs: { x, gamma, beta }, attrs: { epsilon }, backend }) => {
  requireFloat(batchNormTrainingKernel, x, gamma, beta);
  const channels = util.sizeFromShape(gamma.shape);
  const rows = util.sizeFromShape(x.shape) / channels;
  const y = makeOutput(backend, x.shape);
  const mean = makeOutput(backend, [channels]);
  const variance = makeOutput(backend, [channels]);
  computeMoments(backend, x, mean, variance);
  withScratch(backend, [channels * 4], (scaleAt) => {
    const gammas = floats(backend, offsetOf(backend, gamma), channels);
    const variances = floats(backend, offsetOf(backend, variance), channels);
    floats(backend, scaleAt, channels).set(
      gammas.map((g, c) => g / Math.sqrt((variances[c] ?? 0) + epsilon)),
    );
    const [xAt, yAt, meanAt] = [offsetOf(backend, x), offsetOf(backend, y), offsetOf(backend, mean)];
    simdOf(backend).normalize(xAt, yAt, rows, channels, meanAt, scaleAt, offsetOf(backend, beta));
  });
  return [y, mean, variance];
});
