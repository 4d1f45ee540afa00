/**
 * Batch normalisation with the batch's own statistics, in one kernel each way:
 *   y = γ (x - μ) / √(σ² + ε) + β, μ and σ² over everything but the channels
 * (Ioffe & Szegedy 2015, arXiv 1502.03167). The backward pass is the closed formula, not the gradient of the parts.
 */
import type { FusedKernelName } from "@secateur/wasm-kernels";
import * as tf from "@tensorflow/tfjs-core";
import { type ComposedKernel, ensureGradient, ensureKernel, runFused } from "./composed-kernel.ts";

export interface NormalizedBatch<T extends tf.Tensor> {
  /** Same shape as the input. */
  readonly y: T;
  /** [channels] */
  readonly mean: tf.Tensor1D;
  /** [channels], biased: divided by the number of values, not that less one. */
  readonly variance: tf.Tensor1D;
}

const rows = (x: tf.Tensor): tf.Tensor2D => tf.reshape(x, [-1, x.shape[x.rank - 1] ?? 1]);

const forward: ComposedKernel<"BatchNormTraining"> = ({ x, gamma, beta }, { epsilon }) => {
  const flat = rows(x); // [n, channels]
  const mean = tf.mean(flat, 0);
  const centred = tf.sub(flat, mean);
  const variance = tf.mean(tf.square(centred), 0);
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
  return [tf.reshape(tf.add(tf.mul(centred, scale), beta), x.shape), mean, variance];
};

/** ∂x = γ/σ (∂y - mean(∂y) - x̂ mean(∂y x̂)), ∂γ = Σ ∂y x̂, ∂β = Σ ∂y */
const backward: ComposedKernel<"BatchNormTrainingGrad"> = ({ dy, x, gamma, mean, variance }, { epsilon }) => {
  const dyRows = rows(dy); // [n, channels]
  const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon));
  const normalized = tf.mul(tf.sub(rows(x), mean), inverseDeviation);
  const dGamma = tf.sum(tf.mul(dyRows, normalized), 0);
  const dBeta = tf.sum(dyRows, 0);
  const count = dyRows.shape[0];
  const inner = tf.sub(tf.sub(dyRows, tf.div(dBeta, count)), tf.mul(normalized, tf.div(dGamma, count)));
  return [tf.reshape(tf.mul(inner, tf.mul(gamma, inverseDeviation)), x.shape), dGamma, dBeta];
};

const gradient: tf.GradConfig = {
  kernelName: "BatchNormTraining" satisfies FusedKernelName,
  inputsToSave: ["x", "gamma"],
  outputsToSave: [false, true, true],
  gradFunc: (dys, [x, gamma, mean, variance], attrs) => {
    const dy = Array.isArray(dys) ? dys[0] : dys;
    if (!dy || !x || !gamma || !mean || !variance) throw new TypeError("a saved tensor is missing");
    // Not inside the three functions below: tfjs disposes all that one of them makes but its result.
    const epsilon = Number(attrs["epsilon"]);
    const [dx, dGamma, dBeta] = runFused(
      "BatchNormTrainingGrad",
      { dy, x, gamma, mean, variance },
      { epsilon },
    ) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { x: () => dx, gamma: () => dGamma, beta: () => dBeta };
  },
};

const assertChannels = (name: string, parameter: tf.Tensor | null, channels: number): void => {
  if (parameter !== null && parameter.size !== channels) {
    throw new RangeError(`batchNormTraining: ${name} has ${parameter.size} values for ${channels} channels`);
  }
};

/**
 * Normalises a batch with its own mean and variance. Differentiable with respect to x, gamma and beta through `y`;
 * `mean` and `variance` are for moving averages and carry no gradient.
 *
 * @param x - `[batch, height, width, channels]` or `[batch, channels]`.
 * @param gamma - `[channels]`, or null for ones.
 * @param beta - `[channels]`, or null for zeros.
 * @param epsilon - Added to the variance.
 *
 * @example
 * const { y, mean, variance } = batchNormTraining(x, gamma, beta, 1e-5);
 */
export function batchNormTraining<T extends tf.Tensor2D | tf.Tensor4D>(
  x: T,
  gamma: tf.Tensor1D | null,
  beta: tf.Tensor1D | null,
  epsilon: number,
): NormalizedBatch<T> {
  const channels = x.shape[x.rank - 1] ?? 0;
  assertChannels("gamma", gamma, channels);
  assertChannels("beta", beta, channels);
  ensureGradient(gradient);
  ensureKernel("BatchNormTraining", forward);
  ensureKernel("BatchNormTrainingGrad", backward);
  return tf.tidy(() => {
    const inputs = { x, gamma: gamma ?? tf.ones([channels]), beta: beta ?? tf.zeros([channels]) };
    const outputs = runFused("BatchNormTraining", inputs, { epsilon });
    const [y, mean, variance] = outputs as [T, tf.Tensor1D, tf.Tensor1D];
    return { y, mean, variance };
  });
}
