/**
 * A copy of a model without the softmax or sigmoid at its outputs. These squash differences, so that two models which
 * differ would look alike.
 */
import { type Config, layerConfigs, modelGraph, rebuildModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

const squashing: ReadonlySet<unknown> = new Set(["softmax", "logSoftmax", "sigmoid", "hardSigmoid", "tanh"]);

/** The caller disposes the copy. A separate `Softmax` layer stays: only configured activations are taken off. */
export function withoutFinalActivation(model: tfl.LayersModel): tfl.LayersModel {
  const { outputs, producers } = modelGraph(model);
  const config = structuredClone(model.getConfig());
  const layers = layerConfigs(config);
  for (const output of outputs) {
    const entry: Config = layers.get(producers.get(output)?.path ?? "") ?? {};
    if (squashing.has(entry["activation"])) entry["activation"] = "linear";
  }
  return rebuildModel(model, config, (weight) => tf.clone(weight));
}
