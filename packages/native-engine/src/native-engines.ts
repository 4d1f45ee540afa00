/** The engines for Node: native TensorFlow first, then those that browsers have too. */
import { type Engine, portableEngines } from "@secateur/backend";
import type { NativeEngineName } from "./native-engine-name.ts";
import { tensorflow, tensorflowGpu } from "./tensorflow.ts";

/**
 * In the order in which `auto` tries them.
 *
 * @example
 * await useBackend("auto", { engines: nativeEngines });
 */
export const nativeEngines: Readonly<Record<NativeEngineName, Engine>> = {
  "tensorflow-gpu": tensorflowGpu,
  tensorflow,
  wasm: portableEngines.wasm,
  cpu: portableEngines.cpu,
};
