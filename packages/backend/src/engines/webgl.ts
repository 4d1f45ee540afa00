/** The GPU through WebGL, in browsers. Its float32 has less precision on some devices, so only on request. */
import { type Engine, EngineStartError } from "./engine.ts";
import { importFailure } from "./import-failure.ts";
import { startBackend } from "./start-backend.ts";

export const webgl: Engine = {
  isAutomatic: false,
  remedy: "install @tensorflow/tfjs-backend-webgl and run in a browser with WebGL",
  start: async ({ timeoutMs }) => {
    if (!("document" in globalThis) && !("OffscreenCanvas" in globalThis)) {
      throw new EngineStartError("there is no WebGL here (neither `document` nor `OffscreenCanvas` exists)");
    }
    const version = await importBackend();
    const { registerCorrections } = await import("@secateur/wasm-kernels");
    await startBackend("webgl", { register: () => registerCorrections("webgl"), timeoutMs });
    return { device: { version, device: "GPU through WebGL", threads: 1 }, capabilities: {} };
  },
};

/** @returns The package's version. */
async function importBackend(): Promise<string> {
  try {
    return (await import("@tensorflow/tfjs-backend-webgl")).version_webgl;
  } catch (error) {
    throw importFailure("@tensorflow/tfjs-backend-webgl", error);
  }
}
