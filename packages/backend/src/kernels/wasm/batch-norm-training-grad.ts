// Backward pass of batchNormTraining: one pass over ∂y and x for the sums, one that writes ∂x.
//   ∂x = γr (∂y - mean(∂y)) - γr² mean(∂y x̂) (x - μ),  r = 1/√(σ² + ε)

import { type KernelConfig, util } from "@tensorflow/tfjs-core";
import { batchNormTrainingGradKernel } from "../../ops/batch-norm-training.ts";
import { simdOf } from "../../simd/simd-module.ts";
import { doubles, floats, makeOutput, offsetOf, withScratch } from "../../simd/wasm-heap.ts";
import { defineKernel, requireFloat } from "./define-kernel.ts";

type Inputs = "dy" | "x" | "gamma" | "mean" | "variance";

export const batchNormTrainingGrad: KernelConfig = defineKernel<Inputs, { readonly epsilon: number }>(
  batchNormTrainingGradKernel,
  ({ inputs: { dy, x, gamma, mean, variance }, attrs: { epsilon }, backend }) => {
    requireFloat(batchNormTrainingGradKernel, dy, x, gamma, mean, variance);
    const channels = util.sizeFromShape(gamma.shape);
    const rows = util.sizeFromShape(x.shape) / channels;
    const dx = makeOutput(backend, x.shape);
    const dGamma = makeOutput(backend, [channels]);
    const dBeta = makeOutput(backend, [channels]);
    const [dyAt, xAt, meanAt] = [offsetOf(backend, dy), offsetOf(backend, x), offsetOf(backend, mean)];
    const simd = simdOf(backend);
    const scratch = [channels * 8, channels * 8, channels * 4, channels * 4, channels * 4] as const;
    withScratch(backend, scratch, (sumsAt, productsAt, scaleAt, slopeAt, offsetAt) => {
      simd.channelProducts(dyAt, xAt, rows, channels, meanAt, sumsAt, productsAt);
      const at = (offset: number): Float32Array => floats(backend, offset, channels);
      const [sums, products] = [doubles(backend, sumsAt, channels), doubles(backend, productsAt, channels)];
      const [gammas, variances] = [at(offsetOf(backend, gamma)), at(offsetOf(backend, variance))];
      const [dGammas, dBetas] = [at(offsetOf(backend, dGamma)), at(offsetOf(backend, dBeta))];
      const [scale, slope, offset] = [at(scaleAt), at(slopeAt), at(offsetAt)];
      for (let c = 0; c < channels; c++) {
        const inverse = 1 / Math.sqrt((variances[c] ?? 0) + epsilon);
        const factor = (gammas[c] ?? 0) * inverse;
        const [sum, product] = [sums[c] ?? 0, products[c] ?? 0];
        dBetas[c] = sum;
        dGammas[c] = product * inverse;
        scale[c] = factor;
        slope[c] = (-factor * inverse * inverse * product) / rows;
        offset[c] = (-factor * sum) / rows;
      }
      simd.normalizeGrad(
        dyAt,
        xAt,
        offsetOf(backend, dx),
        rows,
        channels,
        meanAt,
        scaleAt,
        slopeAt,
        offsetAt,
      );
    });
    return [dx, dGamma, dBeta];
  },
);
