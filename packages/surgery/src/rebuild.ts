/** Make a new model from an old one's configuration, edited or not, with weights that the caller computes. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { SurgeryError } from "./errors.ts";
import type { Plan } from "./plan.ts";

type Config = tf.serialization.ConfigDict;
interface LayerConfig {
  readonly config: Config;
}

/** The model's configuration with every count of channels lowered by what the plan removes. */
export function shrunkConfig(graph: DependencyGraph, plan: Plan): Config {
  const config = structuredClone(graph.model.getConfig());
  const layers = new Map(layerConfigs(config).map((layer) => [String(layer.config["name"]), layer.config]));
  for (const group of graph.groups) {
    const units = plan.remove[group.id] ?? [];
    for (const { layer, path, perUnit } of group.counts) {
      const by = units.reduce((sum, unit) => sum + Number(perUnit[unit]), 0);
      if (by > 0) lower(layers.get(layer), path, by);
    }
  }
  return config;
}

/**
 * Build a model of the same class from `config`, then give each weight the tensor that `weightFor` makes of the old
 * one. Nothing of the old model is touched or shared.
 */
export function rebuild(
  model: tfl.LayersModel,
  config: Config,
  weightFor: (old: tf.Tensor, name: string) => tf.Tensor,
): tfl.LayersModel {
  const Model = model.constructor as unknown as {
    fromConfig(cls: unknown, config: Config, customObjects: Config, fastWeightInit: boolean): tfl.LayersModel;
  };
  const smaller = Model.fromConfig(Model, config, {}, true);
  for (const layer of model.layers) copyWeights(layer, smaller.getLayer(layer.name), weightFor);
  const metadata = model.getUserDefinedMetadata();
  if (metadata !== undefined) smaller.setUserDefinedMetadata(metadata);
  return smaller;
}

function copyWeights(
  from: tfl.layers.Layer,
  to: tfl.layers.Layer,
  weightFor: (old: tf.Tensor, name: string) => tf.Tensor,
): void {
  to.trainable = from.trainable;
  for (const [i, weight] of from.weights.entries()) {
    const target = to.weights[i];
    if (target === undefined)
      throw new SurgeryError(`layer "${from.name}" was rebuilt without "${weight.originalName}"`);
    const value = tf.tidy(() => weightFor(weight.read(), weight.originalName));
    target.write(value);
    value.dispose();
  }
}

function layerConfigs(config: Config): readonly LayerConfig[] {
  const { layers } = config as { readonly layers?: readonly LayerConfig[] };
  if (layers === undefined) throw new SurgeryError("the model's configuration lists no layers");
  return layers;
}

function lower(config: unknown, path: readonly (string | number)[], by: number): void {
  const at = path
    .slice(0, -1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], config);
  const last = path.at(-1) ?? "";
  const entry = at as Record<string | number, unknown>;
  // A target of -1 ("whatever is left") follows by itself.
  if (typeof entry[last] === "number" && entry[last] >= 0) entry[last] -= by;
}
