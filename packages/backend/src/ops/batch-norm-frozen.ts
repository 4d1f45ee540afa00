/**
 * Batch normalisation with given statistics, such as moving averages:
 *   y = γ (x - μ) / √(σ² + ε) + β
 * The forward pass is tfjs's kernel. tfjs's gradient repeats the vectors over all positions first; here ∂x is one product,
 * and only the gradients in use are computed.
 */
import type { FusedKernelName } from "@secateur/wasm-kernels";
import * as tf from "@tensorflow/tfjs-core";
import { type ComposedKernel, ensureGradient, ensureKernel, runFusedForOne } from "./composed-kernel.ts";

const forward: ComposedKernel<"BatchNormFrozen"> = ({ x, mean, variance, gamma, beta }, { epsilon }) => {
  const flat = (tensor: tf.Tensor): tf.Tensor1D => tf.reshape(tensor, [-1]);
  return [tf.batchNorm(x, flat(mean), flat(variance), flat(beta), flat(gamma), epsilon)];
};

const gradient: tf.GradConfig = {
  kernelName: "BatchNormFrozen" satisfies FusedKernelName,
  inputsToSave: ["x", "mean", "variance", "gamma"],
  gradFunc: (dys, [x, mean, variance, gamma], attrs) => {
    const dy = Array.isArray(dys) ? dys[0] : dys;
    if (!dy || !x || !mean || !variance || !gamma) throw new TypeError("a saved tensor is missing");
    const channels = x.shape.at(-1) ?? 1;
    const rows = (tensor: tf.Tensor): tf.Tensor2D => tf.reshape(tensor, [-1, channels]);
    const inverseDeviation = (): tf.Tensor => tf.rsqrt(tf.add(variance, Number(attrs["epsilon"])));
    const constant = (): never => {
      throw new Error("batchNormFrozen is not differentiable with respect to its statistics");
    };
    return {
      x: () => tf.mul(dy, tf.mul(gamma, inverseDeviation())),
      gamma: () => {
        const products = tf.sum(tf.mul(rows(dy), rows(x)), 0);
        return tf.mul(tf.sub(products, tf.mul(mean, tf.sum(rows(dy), 0))), inverseDeviation());
      },
      beta: () => tf.sum(rows(dy), 0),
      mean: constant,
      variance: constant,
    };
  },
};

/**
 * Normalises by given statistics. Differentiable with respect to x, gamma and beta.
 *
 * @param x - `[..., channels]`, of rank 2, 3 or 4.
 * @param mean - `[channels]`
 * @param variance - `[channels]`
 * @param gamma - `[channels]`, or null for ones.
 * @param beta - `[channels]`, or null for zeros.
 * @param epsilon - Added to the variance.
 *
 * @example
 * const y = batchNormFrozen(x, movingMean, movingVariance, gamma, beta, 1e-3);
 */
export function batchNormFrozen<T extends tf.Tensor>(
  x: T,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  gamma: tf.Tensor1D | null,
  beta: tf.Tensor1D | null,
  epsilon: number,
): T {
  ensureGradient(gradient);
  ensureKernel("BatchNormFrozen", forward);
  return tf.tidy(() => {
    const inputs = { x, mean, variance, gamma: gamma ?? tf.onesLike(mean), beta: beta ?? tf.zerosLike(mean) };
    return runFusedForOne("BatchNormFrozen", inputs, { epsilon }) as T;
  });
}
