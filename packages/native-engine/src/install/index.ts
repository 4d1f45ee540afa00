/** @packageDocumentation Installs native TensorFlow under tfjs-node: what `engine:native` does. */
export { MissingPieceError, NativeEngineError } from "./problem.ts";
export { type EngineRequest, provideEngine } from "./provide-engine.ts";
