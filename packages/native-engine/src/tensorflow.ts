/**
 * Native TensorFlow through tfjs-node and tfjs-node-gpu. Both register tfjs's "tensorflow" backend, so only the first one
 * loaded in a process counts.
 */
import { availableParallelism } from "node:os";
import util from "node:util";
import {
  type Engine,
  EngineStartError,
  importFailure,
  registerKernels,
  registerReluGradients,
  type StartedEngine,
  startBackend,
} from "@secateur/backend/engine";
import { requireTestedTfjs } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import { compileToGraph } from "./graph/compile.ts";
import { gpusAreHidden } from "./hidden-gpus.ts";
import { reserveMemory } from "./kernels/reserve-memory.ts";
import { findAddon, requireWorkingAddon } from "./native-addon.ts";
import { tensorflowKernels } from "./tensorflow-kernels.ts";

export const tensorflow: Engine = {
  isAutomatic: true,
  remedy:
    "run `npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0` and `npx secateur engine:native`, or choose wasm",
  start: () => start("tensorflow", "@tensorflow/tfjs-node"),
};

export const tensorflowGpu: Engine = {
  isAutomatic: true,
  remedy:
    "run `npm install --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0` and `npx secateur engine:native --gpu` on a machine with an NVIDIA GPU, or choose tensorflow or wasm",
  start: () => start("tensorflow-gpu", "@tensorflow/tfjs-node-gpu"),
};

async function start(
  engine: "tensorflow" | "tensorflow-gpu",
  packageName: "@tensorflow/tfjs-node" | "@tensorflow/tfjs-node-gpu",
): Promise<StartedEngine> {
  const note = await requireWorkingAddon(engine, findAddon(packageName));
  restoreRemovedNodeFunctions();
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  // Otherwise the first process takes all of a GPU's memory, and a worker process none.
  process.env["TF_FORCE_GPU_ALLOW_GROWTH"] ??= "true";
  const version = versionOf(await load(packageName));
  requireTestedTfjs(packageName, version);
  const former = tf.getBackend();
  const register = (): void => {
    registerKernels("tensorflow", tensorflowKernels);
    registerReluGradients();
  };
  await startBackend("tensorflow", { register });
  if (engine === "tensorflow-gpu" && !usesGpu() && !gpusAreHidden()) {
    if (former !== undefined && former !== "tensorflow") await tf.setBackend(former);
    throw new EngineStartError("TensorFlow loads but sees no GPU");
  }
  const hidden = engine === "tensorflow-gpu" && !usesGpu() ? ", GPUs hidden by CUDA_VISIBLE_DEVICES" : "";
  const device = `${usesGpu() ? "GPU" : "CPU"}${hidden}${note}`;
  return {
    device: { version, device, threads: availableParallelism() },
    capabilities: { compile: compileToGraph, reserveMemory },
  };
}

/** tfjs-node 4.22 calls two functions that Node 23 removed. */
function restoreRemovedNodeFunctions(): void {
  const removed = {
    isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
    isArray: (value: unknown): boolean => Array.isArray(value),
  };
  for (const [name, replacement] of Object.entries(removed)) {
    if (!(name in util)) Object.assign(util, { [name]: replacement });
  }
}

async function load(
  packageName: "@tensorflow/tfjs-node" | "@tensorflow/tfjs-node-gpu",
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(packageName);
  } catch (error) {
    throw importFailure(packageName, error);
  }
}

function versionOf(loaded: Readonly<Record<string, unknown>>): string {
  const versions = loaded["version"];
  if (typeof versions !== "object" || versions === null) return "unknown";
  return String(new Map(Object.entries(versions)).get("tfjs-node") ?? "unknown");
}

function usesGpu(): boolean {
  const backend: object = tf.backend();
  return "isUsingGpuDevice" in backend && backend.isUsingGpuDevice === true;
}
