/** The GPU through WebGPU: in browsers, and in Node through the `webgpu` package. Only on request. */
import { version_core as version } from "@tensorflow/tfjs-core";
import { type Engine, EngineStartError } from "./engine.ts";
import { importFailure } from "./import-failure.ts";
import { startBackend } from "./start-backend.ts";

export const webgpu: Engine = {
  isAutomatic: false,
  remedy:
    "install @tensorflow/tfjs-backend-webgpu and run where `navigator.gpu` exists (a browser, or Node with the `webgpu` package set up first)",
  start: async ({ timeoutMs }) => {
    if (!("gpu" in (globalThis.navigator ?? {}))) {
      throw new EngineStartError("there is no WebGPU here (`navigator.gpu` is missing)");
    }
    await importBackend();
    const { registerCorrections } = await import("@secateur/wasm-kernels");
    await startBackend("webgpu", { register: () => registerCorrections("webgpu"), timeoutMs });
    // The package has no version of its own; it requires exactly that of tfjs-core.
    return { device: { version, device: "GPU through WebGPU", threads: 1 }, capabilities: {} };
  },
};

async function importBackend(): Promise<void> {
  try {
    await import("@tensorflow/tfjs-backend-webgpu");
  } catch (error) {
    throw importFailure("@tensorflow/tfjs-backend-webgpu", error);
  }
}
