/** tfjs's WebAssembly backend, with the training kernels of `@secateur/wasm-kernels`. */
import { binaryFolder } from "#wasm-binaries";
import { registerReluGradients } from "../ops/relu-gradient.ts";
import { requireTestedTfjs } from "../ops/tfjs-version.ts";
import { type Engine, EngineStartError } from "./engine.ts";
import { startBackend } from "./start-backend.ts";

export const wasm: Engine = {
  isAutomatic: true,
  remedy:
    "reinstall @tensorflow/tfjs-backend-wasm and, in a browser, pass the folder that serves its .wasm files as `wasmPaths`",
  start: async ({ wasmPaths = binaryFolder() }) => {
    if (typeof WebAssembly !== "object") throw new EngineStartError("there is no WebAssembly here");
    const {
      setWasmPaths,
      getThreadsCount,
      version_wasm: version,
    } = await import("@tensorflow/tfjs-backend-wasm");
    const { registerWasmKernels, setSumReducer } = await import("@secateur/wasm-kernels");
    requireTestedTfjs("@tensorflow/tfjs-backend-wasm", version);
    if (wasmPaths !== undefined) setWasmPaths(wasmPaths);
    await startBackend("wasm");
    await registerWasmKernels();
    registerReluGradients();
    const device = { version, device: "CPU, WebAssembly", threads: getThreadsCount() };
    return { device, capabilities: { setSumReducer } };
  },
};
