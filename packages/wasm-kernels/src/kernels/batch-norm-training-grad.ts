/**
 * Backward pass of batchNormTraining: one pass over ∂y and x for the sums, one that writes ∂x.
 *   ∂x = γr (∂y - mean(∂y)) - γr² mean(∂y x̂) (x - μ),  r = 1/√(σ² + ε)
 */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { type KernelConfig, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { simdOf } from "../simd/simd-module.ts";
import { doubles, floats, makeOutput, offsetOf, withScratch } from "../simd/wasm-heap.ts";
import { sumReducer } from "../sum-reducer.ts";
import { defineFusedKernel } from "./define-kernel.ts";

export const batchNormTrainingGrad: KernelConfig = defineFusedKernel(
  "BatchNormTrainingGrad",
  ({ inputs: { dy, x, gamma, mean, variance }, attrs: { epsilon }, backend }) => {
    const channels = util.sizeFromShape(gamma.shape);
    const rows = util.sizeFromShape(x.shape) / channels;
    // Before the outputs are allocated: it throws when another worker fails, and would leak them.
    const { sums, products } = channelProducts(backend, { dy, x, mean }, rows, channels);
    const all = sumsOfAllWorkers({ sums, products }, rows);
    const dx = makeOutput(backend, x.shape);
    const dGamma = makeOutput(backend, [channels]);
    const dBeta = makeOutput(backend, [channels]);
    const [dyAt, xAt, meanAt] = [offsetOf(backend, dy), offsetOf(backend, x), offsetOf(backend, mean)];
    const scratch = [channels * 4, channels * 4, channels * 4] as const;
    withScratch(backend, scratch, (scaleAt, slopeAt, offsetAt) => {
      const at = (offset: number): Float32Array => floats(backend, offset, channels);
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
        slope[c] = (-factor * inverse * inverse * (all.products[c] ?? 0)) / rows;
        offset[c] = (-factor * (all.sums[c] ?? 0)) / rows;
      }
      simdOf(backend).normalizeGrad(
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

/** Of each channel: Σ ∂y, and Σ ∂y (x - μ). */
interface ChannelProducts {
  readonly sums: Float64Array;
  readonly products: Float64Array;
}

const channelProducts = (
  backend: BackendWasm,
  { dy, x, mean }: Readonly<Record<"dy" | "x" | "mean", TensorInfo>>,
  rows: number,
  channels: number,
): ChannelProducts => {
  const [sums, products] = [new Float64Array(channels), new Float64Array(channels)];
  const [dyAt, xAt, meanAt] = [offsetOf(backend, dy), offsetOf(backend, x), offsetOf(backend, mean)];
  withScratch(backend, [channels * 8, channels * 8], (sumsAt, productsAt) => {
    simdOf(backend).channelProducts(dyAt, xAt, rows, channels, meanAt, sumsAt, productsAt);
    sums.set(doubles(backend, sumsAt, channels));
    products.set(doubles(backend, productsAt, channels));
  });
  return { sums, products };
};

/**
 * The sums over the whole minibatch, scaled to this worker's loss; without other workers, the sums unchanged. The total
 * loss is the mean of the workers' losses weighted by their rows n, so ∂y sums to Σ(n ∂y) / Σn. The caller weights each
 * worker's gradient by n / Σn once more, so `sum / rows` has to be Σ(n ∂y) / (Σn · n).
 */
const sumsOfAllWorkers = ({ sums, products }: ChannelProducts, rows: number): ChannelProducts => {
  const reduce = sumReducer();
  if (reduce === null) return { sums, products };
  const channels = sums.length;
  const totals = new Float64Array(2 * channels + 1);
  totals.set(sums.map((sum) => sum * rows));
  totals.set(
    products.map((product) => product * rows),
    channels,
  );
  totals[2 * channels] = rows;
  reduce(totals);
  const count = totals[2 * channels] ?? rows;
  const means = totals.map((total) => total / count);
  return { sums: means.subarray(0, channels), products: means.subarray(channels, 2 * channels) };
};
