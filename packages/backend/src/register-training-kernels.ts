// Gives tfjs's running wasm backend the kernels that training needs and it lacks, does slowly or does wrongly.

import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { gradients, trainingKernels, wrappers } from "./kernels/index.ts";
import { startSimd } from "./simd/simd-module.ts";

const replace = (kernel: tf.KernelConfig): void => {
  const { kernelName } = kernel;
  if (tf.getKernel(kernelName, "wasm") === kernel) return;
  if (tf.getKernel(kernelName, "wasm") !== undefined) tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel(kernel);
};

/** The wrapped kernels there are, so that none is wrapped twice. */
const wrapped = new WeakSet<tf.KernelConfig>();

const wrap = (kernelName: string, wrapper: (stock: tf.KernelConfig) => tf.KernelConfig): void => {
  const stock = tf.getKernel(kernelName, "wasm");
  if (wrapped.has(stock)) return;
  // The stock set-up goes along: tfjs runs it when the backend starts anew.
  const kernel = { ...stock, ...wrapper(stock) };
  wrapped.add(kernel);
  replace(kernel);
};

/**
 * Registers the training kernels; `useBackend("wasm")` calls it. The wasm backend must be the current one. Calling it
 * again is free.
 *
 * @throws Error when another backend is current, or the machine has no WebAssembly SIMD.
 *
 * @example
 * await tf.setBackend("wasm");
 * await registerTrainingKernels();
 */
export const registerTrainingKernels = async (): Promise<void> => {
  const backend = tf.backend();
  if (tf.getBackend() !== "wasm") {
    throw new Error(`the training kernels are for the wasm backend, but "${tf.getBackend()}" is current`);
  }
  await startSimd(backend as BackendWasm);
  trainingKernels.forEach(replace);
  for (const [kernelName, wrapper] of Object.entries(wrappers)) wrap(kernelName, wrapper);
  gradients.forEach(tf.registerGradient);
};
