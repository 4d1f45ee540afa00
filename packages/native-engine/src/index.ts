/** @packageDocumentation Native TensorFlow as engines of `useBackend`. Node only. */
export { type NativeEngineName, nativeEngineNames } from "./native-engine-name.ts";
export { nativeEngines } from "./native-engines.ts";
