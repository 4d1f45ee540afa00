// The GPU through WebGPU: in browsers, and in Node through the `webgpu` package. Only on request.

import { type EngineRecipe, EngineStartError } from "./engine-recipe.ts";
import { importOptional } from "./import-optional.ts";
import { setBackend } from "./set-backend.ts";

export const webgpu: EngineRecipe = {
  packageName: "@tensorflow/tfjs-backend-webgpu",
  remedy:
    "install @tensorflow/tfjs-backend-webgpu and run where `navigator.gpu` exists (a browser, or Node with the `webgpu` package set up first)",
  start: async () => {
    if (!("gpu" in (globalThis.navigator ?? {}))) {
      throw new EngineStartError("there is no WebGPU here (`navigator.gpu` is missing)");
    }
    const loaded = await importOptional("@tensorflow/tfjs-backend-webgpu");
    await setBackend("webgpu");
    return {
      version: String(loaded["version_webgpu"] ?? "unknown"),
      device: "GPU through WebGPU",
      threads: 1,
    };
  },
};
