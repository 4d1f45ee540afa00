// tfjs's WebAssembly backend, with the training kernels it lacks.

import { registerTrainingKernels } from "../register-training-kernels.ts";
import { type EngineRecipe, EngineStartError } from "./engine-recipe.ts";
import { isNode } from "./is-node.ts";
import { setBackend } from "./set-backend.ts";

/** The folder of the backend's .wasm files, or undefined when the package cannot be found (a bundled program). */
const binaryFolder = async (): Promise<string | undefined> => {
  const [{ createRequire }, { dirname, sep }] = await Promise.all([
    import("node:module"),
    import("node:path"),
  ]);
  try {
    return dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm")) + sep;
  } catch {
    return undefined;
  }
};

export const wasm: EngineRecipe = {
  packageName: "@tensorflow/tfjs-backend-wasm",
  remedy:
    "reinstall @tensorflow/tfjs-backend-wasm and, in a browser, call its setWasmPaths with the folder that serves its .wasm files",
  start: async () => {
    if (typeof WebAssembly !== "object") throw new EngineStartError("there is no WebAssembly here");
    const {
      setWasmPaths,
      getThreadsCount,
      version_wasm: version,
    } = await import("@tensorflow/tfjs-backend-wasm");
    const folder = isNode() ? await binaryFolder() : undefined;
    if (folder !== undefined) setWasmPaths(folder);
    await setBackend("wasm");
    await registerTrainingKernels();
    return { version, device: "CPU, WebAssembly", threads: getThreadsCount() };
  },
};
