/** @packageDocumentation Loads and saves a `tf.LayersModel` on every runtime: model.json, quantised weights, Keras files. */
export { ModelFileError, ModelFilesError, UnsupportedModelError } from "./errors.ts";
export { type LayerClass, type LoadModelOptions, loadModel } from "./load-model.ts";
export type { SaveModelOptions } from "./model-artifacts.ts";
export { modelBytes, modelFiles } from "./model-files.ts";
export type { Quantization } from "./quantization.ts";
export { saveModel } from "./save-model.ts";
export { quantizationOf } from "./source-quantization.ts";
