// The table of engines.

import type { ConcreteEngine } from "../engine-name.ts";
import { cpu } from "./cpu.ts";
import type { EngineRecipe } from "./engine-recipe.ts";
import { tensorflow, tensorflowGpu } from "./tensorflow.ts";
import { wasm } from "./wasm.ts";
import { webgpu } from "./webgpu.ts";

export const engines: Readonly<Record<ConcreteEngine, EngineRecipe>> = {
  tensorflow,
  "tensorflow-gpu": tensorflowGpu,
  wasm,
  webgpu,
  cpu,
};

/** What `auto` tries, best first. webgpu and cpu are used only when asked for. */
export const automaticOrder: readonly ConcreteEngine[] = ["tensorflow-gpu", "tensorflow", "wasm"];
