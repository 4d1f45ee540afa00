/** tfjs's WebAssembly backend, with the training kernels of `@secateur/wasm-kernels`. */
import { binaryFolder } from "#wasm-binaries";
import { registerReluGradients } from "../ops/relu-gradient.ts";
import { requireTestedTfjs } from "../ops/tfjs-version.ts";
import { type Engine, EngineStartError, type StartOptions } from "./engine.ts";
import { startBackend } from "./start-backend.ts";
import { locateBinaries } from "./wasm-locations.ts";
import { disableThreads, ThreadStartError, watchThreads } from "./wasm-threads.ts";

type WasmPackage = typeof import("@tensorflow/tfjs-backend-wasm");

export const wasm: Engine = {
  isAutomatic: true,
  remedy:
    "reinstall @tensorflow/tfjs-backend-wasm and, in a browser, pass the folder that serves its .wasm files as `wasmPaths`, " +
    "and `threads: 1` in a page that is cross-origin isolated",
  start: async ({ wasmPaths = binaryFolder(), threads, timeoutMs }) => {
    if (typeof WebAssembly !== "object") throw new EngineStartError("there is no WebAssembly here");
    const tfjs = await import("@tensorflow/tfjs-backend-wasm");
    const { registerWasmKernels, setSumReducer } = await import("@secateur/wasm-kernels");
    const { version_wasm: version } = tfjs;
    requireTestedTfjs("@tensorflow/tfjs-backend-wasm", version);
    if (wasmPaths !== undefined) locateBinaries(tfjs.setWasmPaths, wasmPaths);
    const register = async (): Promise<void> => {
      await registerWasmKernels();
      registerReluGradients();
    };
    const note = await startWithThreads(tfjs, register, { threads, timeoutMs });
    const device = { version, device: `CPU, WebAssembly${note}`, threads: tfjs.getThreadsCount() };
    return { device, capabilities: { setSumReducer } };
  },
};

/** @returns What the report says about threads that do not start: the build without threads runs then. */
async function startWithThreads(
  { setThreadsCount }: WasmPackage,
  register: () => Promise<void>,
  { threads, timeoutMs }: StartOptions,
): Promise<string> {
  if (threads !== undefined) setThreadsCount(threads);
  if (threads === 1) disableThreads();
  const watch = watchThreads();
  try {
    await startBackend("wasm", { register, timeoutMs, failure: watch.failure });
    return "";
  } catch (error) {
    if (!(error instanceof ThreadStartError)) throw error;
  } finally {
    watch.stop();
  }
  disableThreads();
  await startBackend("wasm", { register, timeoutMs });
  return "; its threads do not start in this bundle";
}
