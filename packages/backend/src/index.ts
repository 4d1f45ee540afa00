// Choose and prepare a TensorFlow.js engine, and give it the training kernels it lacks.

export { describeEngine } from "./describe-engine.ts";
export { type ConcreteEngine, type EngineName, engineNames } from "./engine-name.ts";
export { EngineUnavailableError } from "./engine-unavailable-error.ts";
export type { EngineDevice } from "./engines/engine-recipe.ts";
export { type SumReducer, setSumReducer } from "./kernels/wasm/sum-reducer.ts";
export { registerTrainingKernels } from "./register-training-kernels.ts";
export { OutOfWasmMemoryError } from "./simd/wasm-heap.ts";
export { type EngineAttempt, type EngineReport, useBackend } from "./use-backend.ts";
