/**
 * Softmax and cross-entropy in one kernel, from logits: stable for logits of any size. The backward pass is one product
 * with a tensor that the forward pass saved: ∂loss/∂logits = softmax(logits)·Σlabels - labels.
 */
import type { FusedKernelName } from "@secateur/wasm-kernels";
import * as tf from "@tensorflow/tfjs-core";
import { type ComposedKernel, ensureGradient, ensureKernel, runFused } from "./composed-kernel.ts";

/** @returns The loss `[batch]`, and its gradient `[batch, classes]` for ∂loss = 1. */
const forward: ComposedKernel<"SoftmaxCrossEntropy"> = ({ logits, labels }) => {
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const exponentials = tf.exp(shifted);
  const sums = tf.sum(exponentials, 1, true); // [batch, 1]
  const loss = tf.sum(tf.mul(labels, tf.sub(tf.log(sums), shifted)), 1);
  const weight = tf.sum(labels, 1, true);
  return [loss, tf.sub(tf.mul(exponentials, tf.div(weight, sums)), labels)];
};

const gradient: tf.GradConfig = {
  kernelName: "SoftmaxCrossEntropy" satisfies FusedKernelName,
  outputsToSave: [false, true],
  gradFunc: (dys, [logitsGradient]) => {
    const dy = Array.isArray(dys) ? dys[0] : dys;
    if (!dy || !logitsGradient) throw new TypeError("a saved tensor is missing");
    return {
      logits: () => tf.mul(tf.expandDims(dy, 1), logitsGradient),
      labels: () => {
        throw new Error("softmaxCrossEntropy is not differentiable with respect to its labels");
      },
    };
  },
};

/**
 * @param logits - `[batch, classes]`, before the softmax.
 * @param labels - `[batch, classes]`, one-hot or smoothed, float.
 * @returns The loss of every example, `[batch]`; differentiable with respect to `logits`.
 *
 * @example
 * const loss = tf.mean(softmaxCrossEntropy(logits, tf.oneHot(classes, 10, 1, 0, "float32")));
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor1D {
  if (logits.shape.join() !== labels.shape.join()) {
    throw new RangeError(`softmaxCrossEntropy: logits are [${logits.shape}] but labels [${labels.shape}]`);
  }
  ensureGradient(gradient);
  ensureKernel("SoftmaxCrossEntropy", forward);
  return tf.tidy(() => {
    const [loss] = runFused("SoftmaxCrossEntropy", { logits, labels }, {});
    return loss as tf.Tensor1D;
  });
}
