// Plain JavaScript: the reference for tests, hundreds of times too slow to train with.

import type { EngineRecipe } from "./engine-recipe.ts";
import { setBackend } from "./set-backend.ts";

export const cpu: EngineRecipe = {
  packageName: "@tensorflow/tfjs-backend-cpu",
  remedy: "reinstall @tensorflow/tfjs-backend-cpu",
  start: async () => {
    const { version_cpu: version } = await import("@tensorflow/tfjs-backend-cpu");
    await setBackend("cpu");
    return { version, device: "CPU, plain JavaScript", threads: 1 };
  },
};
