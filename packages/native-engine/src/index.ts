/** @packageDocumentation Native TensorFlow as engines of `useBackend`. Node only. */
export { type NativeEngineName, nativeEngineNames, nativeEngines } from "./native-engines.ts";
