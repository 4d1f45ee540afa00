/** The engines for Node: native TensorFlow first, then the portable ones. */
import {
  type Engine,
  type PortableEngineName,
  portableEngineNames,
  portableEngines,
} from "@secateur/backend";
import { tensorflow, tensorflowGpu } from "./tensorflow.ts";

export type NativeEngineName = "tensorflow-gpu" | "tensorflow" | PortableEngineName;

/**
 * In the order in which `auto` tries them.
 *
 * @example
 * await useBackend("auto", { engines: nativeEngines });
 */
export const nativeEngines: Readonly<Record<NativeEngineName, Engine>> = {
  "tensorflow-gpu": tensorflowGpu,
  tensorflow,
  ...portableEngines,
};

export const nativeEngineNames: readonly NativeEngineName[] = [
  "tensorflow-gpu",
  "tensorflow",
  ...portableEngineNames,
];
