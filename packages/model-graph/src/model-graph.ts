/** A `tf.LayersModel` as a flat list of layer calls: nested models inlined, layers and weights by path. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { ModelGraphError } from "./errors.ts";
import { isModel } from "./is-model.ts";
import { type GraphTensor, type LayerCall, type NestedInput, traceCalls } from "./layer-calls.ts";
import { layerPaths } from "./layer-paths.ts";
import { type NamedWeights, weightPaths } from "./weight-paths.ts";

export interface ModelGraph {
  readonly model: tfl.LayersModel;
  /** Producers before consumers; only calls that the model's outputs depend on. */
  readonly calls: readonly LayerCall[];
  /** Inputs of nested models; a nested model that is called twice lists its inputs twice. */
  readonly nestedInputs: readonly NestedInput[];
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
  /** The call that outputs a tensor. */
  readonly producers: ReadonlyMap<GraphTensor, LayerCall>;
  /** The calls that read a tensor, each once; no entry for a tensor that no call reads. */
  readonly consumers: ReadonlyMap<GraphTensor, readonly LayerCall[]>;
  /** Every layer that is not a model, by path. */
  readonly layers: ReadonlyMap<string, tfl.layers.Layer>;
  readonly weights: NamedWeights;
  /** The path of a layer or a nested model. */
  readonly pathOf: (layer: tfl.layers.Layer) => string;
}

/** Keyed by the model's outputs, which change when a layer is added to a Sequential. */
const cache = new WeakMap<readonly tfl.SymbolicTensor[], ModelGraph>();

/**
 * Cached: the same model has the same graph.
 *
 * @throws ModelGraphError if two layers have the same path, or for something that is not a LayersModel.
 *
 * @example modelGraph(model).calls.map(({ path, className }) => `${path}: ${className}`);
 */
export function modelGraph(model: tfl.LayersModel): ModelGraph {
  if (!isModel(model))
    throw new ModelGraphError(
      `expected a tf.LayersModel, from tf.loadLayersModel, tf.model or tf.sequential, not ${kindOf(model)}`,
    );
  const cached = cache.get(model.outputs);
  if (cached !== undefined && cached.model === model) return cached;
  const { layers, pathOf } = layerPaths(model);
  const traced = traceCalls(model, pathOf);
  const weights = weightPaths(model, layers);
  const graph = { model, ...traced, ...neighbours(traced.calls), layers, weights, pathOf };
  cache.set(model.outputs, graph);
  return graph;
}

/** For messages: what was passed in place of a model. */
function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const name = value.constructor?.name ?? "Object";
  return name === "GraphModel" ? "a GraphModel: its layers are lost" : `an object of class ${name}`;
}

/** The trainable weights by path, without frozen weights and moving averages. */
export function trainableWeights(model: tfl.LayersModel): NamedWeights {
  const trained = new Set(model.trainableWeights);
  return new Map([...modelGraph(model).weights].filter(([, weight]) => trained.has(weight)));
}

/** The weights in which a loss can be differentiated, frozen or not, by path: all but moving averages. */
export function differentiableWeights(model: tfl.LayersModel): NamedWeights {
  return new Map([...modelGraph(model).weights].filter(([path]) => !isMovingAverage(path)));
}

/** @param path - Of a weight. */
export function isMovingAverage(path: string): boolean {
  return /\/moving_(mean|variance)(_\d+)?$/.test(path);
}

function neighbours(calls: readonly LayerCall[]): Pick<ModelGraph, "producers" | "consumers"> {
  const producers = new Map<GraphTensor, LayerCall>();
  const consumers = new Map<GraphTensor, LayerCall[]>();
  for (const call of calls) {
    for (const output of call.outputs) producers.set(output, call);
    for (const input of new Set(call.inputs)) consumers.set(input, [...(consumers.get(input) ?? []), call]);
  }
  return { producers, consumers };
}
