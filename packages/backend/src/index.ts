/** @packageDocumentation Choose and prepare a TensorFlow.js engine. */
export { describeEngine } from "./describe-engine.ts";
export { EngineUnavailableError } from "./engine-unavailable-error.ts";
export type { Engine, EngineDevice } from "./engines/engine.ts";
export { type PortableEngineName, portableEngineNames, portableEngines } from "./engines/portable-engines.ts";
export { UnsupportedTfjsVersionError } from "./ops/tfjs-version.ts";
export { type BackendOptions, type EngineAttempt, type EngineReport, useBackend } from "./use-backend.ts";
