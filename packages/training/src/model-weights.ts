/** All weights of a model as tensors by path, moving averages included: read, and written back bit for bit. */
import { modelGraph, variableOf } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "./errors.ts";

/** Tensors by weight path. */
export type WeightTensors = Readonly<Record<string, tf.Tensor>>;

/** The caller disposes the tensors. They share memory with the model until it changes. */
export function readWeights(model: tfl.LayersModel): WeightTensors {
  const entries = [...modelGraph(model).weights].map(
    ([path, weight]) => [path, tf.keep(tf.clone(weight.read()))] as const,
  );
  return Object.fromEntries(entries);
}

/** Throws `TrainingError`, before anything is written, unless there is a tensor of its shape for every weight. */
export function writeWeights(model: tfl.LayersModel, tensors: WeightTensors): void {
  const { weights } = modelGraph(model);
  for (const [path, weight] of weights) {
    const tensor = Object.hasOwn(tensors, path) ? tensors[path] : undefined;
    if (tensor?.shape.join() === weight.shape.join()) continue;
    throw new TrainingError(
      `weight "${path}" of model "${model.name}" is [${weight.shape}], but ` +
        `${tensor === undefined ? "there is no such tensor" : `its tensor is [${tensor.shape}]`}: pass a model of the same layers and widths`,
    );
  }
  // `write` would apply the layer's constraint, which an average need not meet.
  for (const [path, weight] of weights) variableOf(weight).assign(tensors[path] as tf.Tensor);
}
