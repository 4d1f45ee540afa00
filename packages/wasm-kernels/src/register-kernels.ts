/** Registers a set of kernels with tfjs. Calling it again with the same set changes nothing. */
import * as tf from "@tensorflow/tfjs-core";
import type { KernelSet } from "./kernel-set.ts";

/** @param backendName - tfjs's name of the backend that the kernels are for; it must be registered. */
export function registerKernels(backendName: string, { fused, kernels, wrappers }: KernelSet): void {
  for (const kernel of [...Object.values(fused), ...kernels]) if (kernel !== null) replace(kernel);
  wrapKernels(backendName, wrappers);
}

/** Puts kernels around tfjs's own. Calling it again with the same names changes nothing. */
export function wrapKernels(backendName: string, wrappers: KernelSet["wrappers"]): void {
  for (const [kernelName, wrapper] of Object.entries(wrappers)) {
    wrap(tf.getKernel(kernelName, backendName), wrapper);
  }
}

function replace(kernel: tf.KernelConfig): void {
  const { kernelName, backendName } = kernel;
  if (tf.getKernel(kernelName, backendName) === kernel) return;
  if (tf.getKernel(kernelName, backendName) !== undefined) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel(kernel);
}

/** The results of wrapping, so that no kernel is wrapped twice. */
const wrapped = new WeakSet<tf.KernelConfig>();

function wrap(stock: tf.KernelConfig, wrapper: (stock: tf.KernelConfig) => tf.KernelConfig): void {
  if (wrapped.has(stock)) return;
  // Keeps the stock kernel's setupFunc, which tfjs runs whenever the backend starts.
  const kernel = { ...stock, ...wrapper(stock) };
  wrapped.add(kernel);
  replace(kernel);
}
