// Native TensorFlow through tfjs-node and tfjs-node-gpu. Both register tfjs's "tensorflow" backend, so only the
// first one loaded in a process counts.

import * as tf from "@tensorflow/tfjs-core";
import { registerCompiler } from "../ops/compiled.ts";
import { registerReserve } from "../ops/reserve-memory.ts";
import { registerTrainingKernels } from "../register-training-kernels.ts";
import { type EngineDevice, type EngineRecipe, EngineStartError } from "./engine-recipe.ts";
import { importOptional } from "./import-optional.ts";
import { isNode } from "./is-node.ts";
import { findAddon, trust } from "./native-addon.ts";
import { setBackend } from "./set-backend.ts";

/** tfjs-node 4.22.0 calls two functions that Node 23 removed. */
const restoreRemovedNodeFunctions = async (): Promise<void> => {
  const { default: util } = await import("node:util");
  const removed = {
    isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
    isArray: (value: unknown): boolean => Array.isArray(value),
  };
  for (const [name, replacement] of Object.entries(removed)) {
    if (!(name in util)) Object.assign(util, { [name]: replacement });
  }
};

const versionOf = (loaded: Readonly<Record<string, unknown>>): string => {
  const versions = loaded["version"];
  if (typeof versions !== "object" || versions === null) return "unknown";
  return String(new Map(Object.entries(versions)).get("tfjs-node") ?? "unknown");
};

const usesGpu = (): boolean => {
  const backend: object = tf.backend();
  return "isUsingGpuDevice" in backend && backend.isUsingGpuDevice === true;
};

const start = async (engine: "tensorflow" | "tensorflow-gpu", packageName: string): Promise<EngineDevice> => {
  if (!isNode()) throw new EngineStartError("it runs only in Node");
  const note = await trust(engine, await findAddon(packageName));
  await restoreRemovedNodeFunctions();
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  const loaded = await importOptional(packageName);
  const former = tf.getBackend();
  await setBackend("tensorflow");
  if (engine === "tensorflow-gpu" && !usesGpu()) {
    if (former !== undefined && former !== "tensorflow") await tf.setBackend(former);
    throw new EngineStartError("TensorFlow loads but sees no GPU");
  }
  await registerTrainingKernels();
  const { compileToGraph } = await import("../graph/compile.ts");
  registerCompiler("tensorflow", compileToGraph);
  const { reserveMemory } = await import("../kernels/tensorflow/reserve-memory.ts");
  registerReserve("tensorflow", reserveMemory);
  const { availableParallelism } = await import("node:os");
  const device = `${usesGpu() ? "GPU" : "CPU"}${note}`;
  return { version: versionOf(loaded), device, threads: availableParallelism() };
};

export const tensorflow: EngineRecipe = {
  packageName: "@tensorflow/tfjs-node",
  remedy: "install @tensorflow/tfjs-node 4.22 and run `pnpm engine:native` of Secateur, or choose wasm",
  start: () => start("tensorflow", "@tensorflow/tfjs-node"),
};

export const tensorflowGpu: EngineRecipe = {
  packageName: "@tensorflow/tfjs-node-gpu",
  remedy:
    "install @tensorflow/tfjs-node-gpu 4.22 and run `pnpm engine:native --gpu` of Secateur on a machine with an NVIDIA GPU, or choose tensorflow or wasm",
  start: () => start("tensorflow-gpu", "@tensorflow/tfjs-node-gpu"),
};
