// A fused operation is a tfjs kernel. Where the current backend has none of its own, one composed of tfjs's ordinary
// operations is registered the first time it is needed. Inside a kernel nothing is recorded on the gradient tape, so
// a composed kernel may call any operation freely.

import * as tf from "@tensorflow/tfjs-core";

/** A kernel written with tfjs operations: tensors in, tensors out. To be called in a `tidy`. */
export type ComposedKernel = (
  inputs: Readonly<Record<string, tf.Tensor>>,
  attrs: Readonly<Record<string, unknown>>,
) => tf.Tensor[];

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

/** Runs a kernel of one output, whether it gives a tensor or, as composed ones do, a list. */
export const runForOne = (
  kernelName: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attrs: tf.NamedAttrMap = {},
): tf.Tensor => {
  const [output] = [tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(kernelName, { ...inputs }, attrs)].flat();
  if (output === undefined) throw new TypeError(`${kernelName} gave nothing`);
  return output;
};

/** Registers a gradient unless its kernel has one. */
export const ensureGradient = (config: tf.GradConfig): void => {
  if (tf.getGradient(config.kernelName) === undefined) tf.registerGradient(config);
};
