/** Builds a new model from the configuration of another one, which may be edited, with weights that the caller computes. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { disposeModel } from "./dispose-model.ts";
import { ModelGraphError } from "./errors.ts";
import { completeConfig } from "./full-config.ts";
import { isModel } from "./is-model.ts";
import { modelGraph } from "./model-graph.ts";
import { makeNamesSafe, restoreNames } from "./safe-names.ts";
import { variableOf } from "./variable-of.ts";
import type { NamedWeights } from "./weight-paths.ts";

export type Config = tf.serialization.ConfigDict;

interface LayerEntry {
  readonly className: string;
  readonly config: Config;
}

/** The configuration of every layer that is not a model, by path: parts of `config`, which can be edited in place. */
export function layerConfigs(config: Config): ReadonlyMap<string, Config> {
  const configs = new Map<string, Config>();
  const visit = (model: Config, prefix: string): void => {
    const { layers } = model as { readonly layers?: readonly LayerEntry[] };
    if (layers === undefined)
      throw new ModelGraphError(
        "the model's configuration has no list of layers: pass the result of model.getConfig()",
      );
    for (const { config } of layers) {
      const path = `${prefix}${String(config["name"])}`;
      if (Array.isArray(config["layers"])) visit(config, `${path}/`);
      else configs.set(path, config);
    }
  };
  visit(config, "");
  return configs;
}

/**
 * Builds a model of the same class from `config` and sets each weight to the tensor that `weightFor` returns. Copies
 * `trainable` flags and user-defined metadata. The old model does not change, and shares nothing with the new one.
 *
 * @param weightFor - Called inside `tf.tidy` with the old weight and its path.
 * @throws ModelGraphError if the new model lacks a layer or a weight of the old one, or if two models share a layer.
 *
 * @example const half = rebuildModel(model, model.getConfig(), (weight) => tf.div(weight, 2));
 */
export function rebuildModel(
  model: tfl.LayersModel,
  config: Config,
  weightFor: (old: tf.Tensor, path: string) => tf.Tensor,
): tfl.LayersModel {
  const Model = model.constructor as unknown as {
    fromConfig(cls: unknown, config: Config, customObjects: Config, fastWeightInit: boolean): tfl.LayersModel;
  };
  const rebuilt = Model.fromConfig(Model, complete(model, config), {}, true);
  try {
    restoreNames(rebuilt);
    copyTrainable(model, rebuilt);
    copyWeights(model, rebuilt, weightFor);
  } catch (error) {
    disposeModel(rebuilt);
    throw error;
  }
  const metadata = model.getUserDefinedMetadata();
  if (metadata !== undefined) rebuilt.setUserDefinedMetadata(structuredClone(metadata));
  return rebuilt;
}

/** The configuration, copied, with the settings that tfjs leaves out and names that it can build. */
function complete(model: tfl.LayersModel, config: Config): Config {
  const copy = structuredClone(config);
  const { layers } = modelGraph(model);
  for (const [path, own] of layerConfigs(copy)) {
    const layer = layers.get(path);
    if (layer !== undefined) completeConfig(layer, own);
  }
  makeNamesSafe(copy);
  return copy;
}

/** A copy of the model that shares nothing with it. */
export function cloneModel(model: tfl.LayersModel): tfl.LayersModel {
  return rebuildModel(model, model.getConfig(), (weight) => tf.clone(weight));
}

function copyWeights(
  from: tfl.LayersModel,
  to: tfl.LayersModel,
  weightFor: (old: tf.Tensor, path: string) => tf.Tensor,
): void {
  const [sources, targets] = [from, to].map((model) => modelGraph(model).weights) as [
    NamedWeights,
    NamedWeights,
  ];
  for (const path of targets.keys()) {
    if (sources.has(path)) continue;
    throw new ModelGraphError(
      `"${path}" would become a weight of its own: its layer is used inside one model and outside of it, which no saved ` +
        "or rebuilt model can express. Use the layer, or the model that holds it, in one place only",
    );
  }
  for (const [path, weight] of sources) {
    const target = targets.get(path);
    if (target === undefined)
      throw new ModelGraphError(
        `the new model has no weight "${path}": config must keep all layers and their names`,
      );
    const value = tf.tidy(() => weightFor(weight.read(), path));
    variableOf(target).assign(value); // `write` would apply the layer's constraint to weights that need not meet it
    value.dispose();
  }
}

/** Sets the flag of a model before those of its layers, because it applies to all of them. */
function copyTrainable(from: tfl.LayersModel, to: tfl.LayersModel): void {
  if (!from.trainable) to.trainable = false;
  for (const [i, layer] of from.layers.entries()) {
    const copy = to.layers[i];
    if (copy?.name !== layer.name)
      throw new ModelGraphError(
        `the new model has no layer "${layer.name}": config must keep all layers and their names`,
      );
    if (isModel(layer)) copyTrainable(layer, copy as tfl.LayersModel);
    else copy.trainable = layer.trainable;
  }
}
