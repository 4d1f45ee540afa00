/** The names of the engines for Node, in the order in which `auto` tries them. */
import { type PortableEngineName, portableEngineNames } from "@secateur/backend";

export type NativeEngineName = "tensorflow-gpu" | "tensorflow" | PortableEngineName;

export const nativeEngineNames: readonly NativeEngineName[] = [
  "tensorflow-gpu",
  "tensorflow",
  ...portableEngineNames,
];
