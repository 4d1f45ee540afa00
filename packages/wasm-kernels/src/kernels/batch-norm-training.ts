/** Forward pass of batchNormTraining: one pass over x for the sums, one that writes y. */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { type KernelConfig, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { simdOf } from "../simd/simd-module.ts";
import { doubles, floats, makeOutput, offsetOf, withScratch } from "../simd/wasm-heap.ts";
import { type SumReducer, sumReducer } from "../sum-reducer.ts";
import { defineFusedKernel } from "./define-kernel.ts";

/** `[channels]` both; the variance is biased. */
interface Moments {
  readonly means: Float32Array;
  readonly variances: Float32Array;
}

/** Sums are taken about each channel's first value. */
const computeMoments = (backend: BackendWasm, x: TensorInfo, rows: number, channels: number): Moments => {
  const [means, variances] = [new Float32Array(channels), new Float32Array(channels)];
  const xAt = offsetOf(backend, x);
  withScratch(backend, [channels * 4, channels * 8, channels * 8], (shiftAt, sumsAt, squaresAt) => {
    const shift = floats(backend, shiftAt, channels);
    shift.set(floats(backend, xAt, channels));
    simdOf(backend).channelMoments(xAt, rows, channels, shiftAt, sumsAt, squaresAt);
    const [sums, squares] = [doubles(backend, sumsAt, channels), doubles(backend, squaresAt, channels)];
    for (let c = 0; c < channels; c++) {
      const offset = (sums[c] ?? 0) / rows;
      means[c] = (shift[c] ?? 0) + offset;
      variances[c] = Math.max(0, (squares[c] ?? 0) / rows - offset * offset);
    }
    const reduce = sumReducer();
    if (reduce !== null) mergeMoments(reduce, rows, { shift, sums, squares }, { means, variances });
  });
  return { means, variances };
};

/** Sums over a part of the minibatch, about that part's own shift. */
interface PartialSums {
  readonly shift: Float32Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/**
 * Overwrites a part's moments by those of all workers' parts together, from Σ x and Σ x². These are about zero, so that
 * the workers need no common shift. In float64 the variance's relative error is then 1e-16 · (μ/σ)², less than the
 * 1e-7 · μ/σ of x in float32 wherever float32 can distinguish x from a constant.
 */
const mergeMoments = (
  reduce: SumReducer,
  rows: number,
  { shift, sums, squares }: PartialSums,
  { means, variances }: Moments,
): void => {
  const channels = means.length;
  const totals = new Float64Array(2 * channels + 1);
  totals[2 * channels] = rows;
  for (let c = 0; c < channels; c++) {
    const [about, sum] = [shift[c] ?? 0, sums[c] ?? 0];
    totals[c] = rows * about + sum;
    totals[channels + c] = (squares[c] ?? 0) + about * (2 * sum + rows * about);
  }
  reduce(totals);
  const count = totals[2 * channels] ?? rows;
  for (let c = 0; c < channels; c++) {
    const mean = (totals[c] ?? 0) / count;
    means[c] = mean;
    variances[c] = Math.max(0, (totals[channels + c] ?? 0) / count - mean * mean);
  }
};

export const batchNormTraining: KernelConfig = defineFusedKernel(
  "BatchNormTraining",
  ({ inputs: { x, gamma, beta }, attrs: { epsilon }, backend }) => {
    const channels = util.sizeFromShape(gamma.shape);
    const rows = util.sizeFromShape(x.shape) / channels;
    // Before the outputs are allocated: it throws when another worker fails, and would leak them.
    const { means, variances } = computeMoments(backend, x, rows, channels);
    const y = makeOutput(backend, x.shape);
    const mean = makeOutput(backend, [channels]);
    const variance = makeOutput(backend, [channels]);
    floats(backend, offsetOf(backend, mean), channels).set(means);
    floats(backend, offsetOf(backend, variance), channels).set(variances);
    withScratch(backend, [channels * 4], (scaleAt) => {
      const gammas = floats(backend, offsetOf(backend, gamma), channels);
      floats(backend, scaleAt, channels).set(
        gammas.map((g, c) => g / Math.sqrt((variances[c] ?? 0) + epsilon)),
      );
      const [xAt, yAt, meanAt] = [offsetOf(backend, x), offsetOf(backend, y), offsetOf(backend, mean)];
      simdOf(backend).normalize(xAt, yAt, rows, channels, meanAt, scaleAt, offsetOf(backend, beta));
    });
    return [y, mean, variance];
  },
);
