/** A `tf.LayersModel` as a flat list of layer calls: nested models inlined, layers and weights by path. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { type GraphTensor, type LayerCall, traceCalls } from "./layer-calls.ts";
import { layerPaths } from "./layer-paths.ts";
import { type NamedWeights, weightPaths } from "./weight-paths.ts";

export interface ModelGraph {
  readonly model: tfl.LayersModel;
  /** Producers before consumers; only what the model's outputs depend on. */
  readonly calls: readonly LayerCall[];
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
  /** Every layer that is not itself a model, by path. */
  readonly layers: ReadonlyMap<string, tfl.layers.Layer>;
  readonly weights: NamedWeights;
  /** The path of a layer, or of a model inside the model. */
  readonly pathOf: (layer: tfl.layers.Layer) => string;
}

/** By the model's outputs: a Sequential that grows gets new ones. */
const cache = new WeakMap<readonly tfl.SymbolicTensor[], ModelGraph>();

/**
 * The same object for the same model, found once.
 *
 * @throws ModelGraphError where two layers have one path.
 *
 * @example modelGraph(model).calls.map(({ path, className }) => `${path}: ${className}`);
 */
export function modelGraph(model: tfl.LayersModel): ModelGraph {
  const known = cache.get(model.outputs);
  if (known !== undefined && known.model === model) return known;
  const { layers, pathOf } = layerPaths(model);
  const graph = { model, ...traceCalls(model, pathOf), layers, weights: weightPaths(model, layers), pathOf };
  cache.set(model.outputs, graph);
  return graph;
}

/** The weights that training changes: neither frozen nor moving averages. By path. */
export function trainableWeights(model: tfl.LayersModel): NamedWeights {
  const trained = new Set(model.trainableWeights);
  return new Map([...modelGraph(model).weights].filter(([, weight]) => trained.has(weight)));
}
