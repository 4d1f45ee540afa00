/** @packageDocumentation A `tf.LayersModel` as a flat list of layer calls; rebuild, clone, dispose. */
export { disposeModel } from "./dispose-model.ts";
export { ModelGraphError } from "./errors.ts";
export { fixedShapes, type InputShape, inputSizes } from "./fixed-shapes.ts";
export { fullConfig } from "./full-config.ts";
export { isModel } from "./is-model.ts";
export type { GraphTensor, LayerCall, NestedInput, Shape } from "./layer-calls.ts";
export { type LayerClass, layerClasses } from "./layer-classes.ts";
export { wrappedLayer } from "./layer-parts.ts";
export {
  differentiableWeights,
  isMovingAverage,
  type ModelGraph,
  modelGraph,
  trainableWeights,
} from "./model-graph.ts";
export { outputMasks } from "./output-masks.ts";
export { type Config, cloneModel, layerConfigs, rebuildModel } from "./rebuild-model.ts";
export { variableOf } from "./variable-of.ts";
export { layerWeight, type NamedWeights, weightName } from "./weight-paths.ts";
