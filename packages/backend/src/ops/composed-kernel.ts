// A fused operation is a tfjs kernel. Where the current backend has none of its own, one composed of tfjs's ordinary
// operations is registered the first time it is needed. Inside a kernel nothing is recorded on the gradient tape, so
// a composed kernel may call any operation freely.

import * as tf from "@tensorflow/tfjs-core";

/** A kernel written with tfjs operations: tensors in, tensors out; it disposes what it makes on the way. */
export type ComposedKernel = (
  inputs: Readonly<Record<string, tf.Tensor>>,
  attrs: Readonly<Record<string, unknown>>,
) => tf.Tensor[];

/** Disposes what a composed kernel makes on the way. */
export const tidied =
  (kernel: ComposedKernel): ComposedKernel =>
  (inputs, attrs) =>
    tf.tidy(() => kernel(inputs, attrs));

/** Gives the current backend `composed` under `kernelName` unless it has that kernel already. */
export const ensureKernel = (kernelName: string, composed: ComposedKernel): void => {
  tf.backend();
  const backendName = tf.getBackend();
  if (tf.getKernel(kernelName, backendName) !== undefined) return;
  tf.registerKernel({
    kernelName,
    backendName,
    // The engine hands kernels the tensors themselves, typed as the less that most kernels need.
    kernelFunc: ({ inputs, attrs }) =>
      tf.tidy(() => composed(inputs as Record<string, tf.Tensor>, (attrs ?? {}) as Record<string, unknown>)),
  });
};

/** Registers a gradient unless its kernel has one. */
export const ensureGradient = (config: tf.GradConfig): void => {
  if (tf.getGradient(config.kernelName) === undefined) tf.registerGradient(config);
};
