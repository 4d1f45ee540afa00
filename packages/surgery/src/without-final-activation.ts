/**
 * A copy of a model without the final activation of its outputs, for comparisons: softmax, sigmoid and tanh saturate, and
 * would hide differences.
 */
import { type Config, layerConfigs, modelGraph, rebuildModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

const saturating: ReadonlySet<unknown> = new Set(["softmax", "logSoftmax", "sigmoid", "hardSigmoid", "tanh"]);

/**
 * The caller disposes the copy. Only configured activations are removed, also those of a TimeDistributed layer; a separate
 * `Softmax` layer stays, and so does the activation inside a recurrent layer.
 */
export function withoutFinalActivation(model: tfl.LayersModel): tfl.LayersModel {
  const { outputs, producers } = modelGraph(model);
  const config = structuredClone(model.getConfig());
  const layers = layerConfigs(config);
  for (const output of outputs) {
    const config = layers.get(producers.get(output)?.path ?? "") ?? {};
    const { config: wrapped } = (config["layer"] ?? {}) as { readonly config?: Config };
    const entry = wrapped ?? config;
    const isRecurrent = "recurrentInitializer" in entry;
    if (saturating.has(entry["activation"]) && !isRecurrent) entry["activation"] = "linear";
  }
  return rebuildModel(model, config, (weight) => tf.clone(weight));
}
