// Gives tfjs's running backend the kernels that training needs and it lacks, does slowly or does wrongly.

import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { tensorflowKernels } from "./kernels/tensorflow/index.ts";
import { wasmKernels } from "./kernels/wasm/index.ts";
import { reluGradients } from "./ops/relu-gradient.ts";
import { startSimd } from "./simd/simd-module.ts";

const replace = (kernel: tf.KernelConfig): void => {
  const { kernelName, backendName } = kernel;
  if (tf.getKernel(kernelName, backendName) === kernel) return;
  if (tf.getKernel(kernelName, backendName) !== undefined) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel(kernel);
};

/** The wrapped kernels there are, so that none is wrapped twice. */
const wrapped = new WeakSet<tf.KernelConfig>();

const wrap = (stock: tf.KernelConfig, wrapper: (stock: tf.KernelConfig) => tf.KernelConfig): void => {
  if (wrapped.has(stock)) return;
  // The stock set-up goes along: tfjs runs it when the backend starts anew.
  const kernel = { ...stock, ...wrapper(stock) };
  wrapped.add(kernel);
  replace(kernel);
};

const kernelSets = { wasm: wasmKernels, tensorflow: tensorflowKernels } as const;

const hasKernels = (backendName: string): backendName is keyof typeof kernelSets => backendName in kernelSets;

/**
 * Registers the training kernels of the current backend, wasm or tensorflow; `useBackend` calls it. Calling it again is
 * free.
 *
 * @throws Error when another backend is current, or with wasm when the machine has no WebAssembly SIMD.
 *
 * @example
 * await tf.setBackend("wasm");
 * await registerTrainingKernels();
 */
export const registerTrainingKernels = async (): Promise<void> => {
  const backend = tf.backend();
  const backendName = tf.getBackend();
  if (!hasKernels(backendName)) {
    throw new Error(`the training kernels are for wasm and tensorflow, but "${backendName}" is current`);
  }
  if (backendName === "wasm") await startSimd(backend as BackendWasm);
  const { kernels, wrappers } = kernelSets[backendName];
  kernels.forEach(replace);
  for (const [kernelName, wrapper] of Object.entries(wrappers)) {
    wrap(tf.getKernel(kernelName, backendName), wrapper);
  }
  for (const gradient of reluGradients) tf.registerGradient(gradient);
};
