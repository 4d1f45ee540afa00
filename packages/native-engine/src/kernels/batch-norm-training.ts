/** batchNormTraining and its gradient as TensorFlow's fused operations. */
import * as tf from "@tensorflow/tfjs-core";
import { defineFusedKernel, runOp, type TensorFlowBackend } from "./run-op.ts";

const as4d = (x: tf.Tensor): tf.Tensor => (x.rank === 4 ? x : tf.reshape(x, [-1, 1, 1, x.shape.at(-1) ?? 1]));

const options = (epsilon: number) => ({
  outputs: 5,
  floatTypes: ["T", "U"],
  attributes: { epsilon, data_format: "NHWC", is_training: true },
});

/** On the CPU the saved variance is that of the batch; cuDNN saves 1/√(σ² + ε) instead. */
const savedFromVariance = (backend: TensorFlowBackend, variance: tf.Tensor, epsilon: number): tf.Tensor =>
  backend.isUsingGpuDevice ? tf.rsqrt(tf.add(variance, epsilon)) : variance;

const varianceFromSaved = (backend: TensorFlowBackend, saved: tf.Tensor, epsilon: number): tf.Tensor =>
  backend.isUsingGpuDevice ? tf.sub(tf.square(tf.reciprocal(saved)), epsilon) : saved;

export const batchNormTraining: tf.KernelConfig = defineFusedKernel(
  "BatchNormTraining",
  ({ inputs: { x, gamma, beta }, attrs: { epsilon }, backend }) =>
    tf.tidy(() => {
      const none = tf.tensor1d([]);
      const [y, , , mean, saved] = runOp(
        backend,
        "FusedBatchNormV2",
        [as4d(x), gamma, beta, none, none],
        options(epsilon),
      );
      if (!y || !mean || !saved) throw new TypeError("FusedBatchNormV2 gave too few outputs");
      return [x.rank === 4 ? y : tf.reshape(y, x.shape), mean, varianceFromSaved(backend, saved, epsilon)];
    }),
);

export const batchNormTrainingGrad: tf.KernelConfig = defineFusedKernel(
  "BatchNormTrainingGrad",
  ({ inputs: { dy, x, gamma, mean, variance }, attrs: { epsilon }, backend }) =>
    tf.tidy(() => {
      const saved = savedFromVariance(backend, variance, epsilon);
      const [dx, dGamma, dBeta] = runOp(
        backend,
        "FusedBatchNormGradV2",
        [as4d(dy), as4d(x), gamma, mean, saved],
        options(epsilon),
      );
      if (!dx || !dGamma || !dBeta) throw new TypeError("FusedBatchNormGradV2 gave too few outputs");
      return [x.rank === 4 ? dx : tf.reshape(dx, x.shape), dGamma, dBeta];
    }),
);
