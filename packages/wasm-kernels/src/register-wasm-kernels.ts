/** Gives tfjs's running wasm backend the kernels of this package. */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { WasmKernelsError } from "./errors.ts";
import { registerKernels } from "./register-kernels.ts";
import { startSimd } from "./simd/simd-module.ts";
import { wasmKernels } from "./wasm-kernels.ts";

/**
 * Registers the training kernels; `useBackend("wasm")` of `@secateur/backend` calls it. Calling it again changes nothing.
 *
 * @throws WasmKernelsError when another backend is current, the machine has no WebAssembly SIMD, or tfjs's wasm backend
 *   does not expose its memory.
 *
 * @example
 * await tf.setBackend("wasm");
 * await registerWasmKernels();
 */
export async function registerWasmKernels(): Promise<void> {
  const backend = tf.backend();
  if (tf.getBackend() !== "wasm") {
    throw new WasmKernelsError(
      `the training kernels are for tfjs's "wasm" backend, but "${tf.getBackend()}" is current`,
    );
  }
  await startSimd(backend as BackendWasm);
  registerKernels("wasm", wasmKernels);
}
