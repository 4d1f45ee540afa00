/** The names a person may ask for. */
export const engineNames = ["auto", "tensorflow", "tensorflow-gpu", "wasm", "webgpu", "cpu"] as const;
export type EngineName = (typeof engineNames)[number];

/** An engine that can really run; `auto` is a way to choose one. */
export type ConcreteEngine = Exclude<EngineName, "auto">;
