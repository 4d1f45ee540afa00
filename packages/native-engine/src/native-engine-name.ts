/** The names of the engines for Node, in the order in which `auto` tries them. */

export const nativeEngineNames = ["tensorflow-gpu", "tensorflow", "wasm", "cpu"] as const;
export type NativeEngineName = (typeof nativeEngineNames)[number];
