/** @packageDocumentation A table of networks, and loading of their weights from PyTorch and safetensors files. */
export { ModelOptionsError, ModelsError, WeightsError } from "./errors.ts";
export type { ElementType } from "./formats/element-type.ts";
export { readPyTorch } from "./formats/pytorch.ts";
export {
  readSafetensors,
  type Safetensors,
  type SafetensorsTensor,
  writeSafetensors,
} from "./formats/safetensors.ts";
export type { WeightTensor } from "./formats/weight-tensor.ts";
export type { NetworkOptions } from "./networks/network-options.ts";
export {
  createModel,
  isModelName,
  type ModelInfo,
  type ModelName,
  modelInfo,
  modelNames,
} from "./networks.ts";
export type { WeightNaming } from "./weights/expected-weights.ts";
export {
  type LoadOptions,
  type LoadReport,
  loadWeights,
  type WeightFormat,
  weightFormats,
} from "./weights/load-weights.ts";
export { type SaveOptions, saveWeights } from "./weights/save-weights.ts";
