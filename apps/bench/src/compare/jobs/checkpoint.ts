/** A network and the state of its training as one safetensors file. */
import { modelGraph } from "@secateur/model-graph";
import { readSafetensors, type WeightTensor, writeSafetensors } from "@secateur/models";
import type { Optimizer } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/** Metadata beside the tensors. */
export type Notes = Readonly<Record<string, string>>;

const optimizerPrefix = "optimizer/";

/** @param optimizer - Needed to continue training. */
export function encodeCheckpoint(model: tfl.LayersModel, notes: Notes, optimizer?: Optimizer): Uint8Array {
  const tensors = new Map<string, WeightTensor>();
  for (const [name, weight] of modelGraph(model).weights) tensors.set(name, weightTensor(weight.read()));
  const state = optimizer?.state() ?? {};
  for (const [name, tensor] of Object.entries(state))
    tensors.set(`${optimizerPrefix}${name}`, weightTensor(tensor));
  tf.dispose(state);
  return writeSafetensors(tensors, new Map(Object.entries({ ...notes, format: "secateur" })));
}

/** Sets the weights of a model of the same structure and the optimiser's state. @returns the metadata */
export async function restoreCheckpoint(
  model: tfl.LayersModel,
  bytes: Uint8Array,
  optimizer?: Optimizer,
): Promise<Notes> {
  const { tensors, metadata } = readSafetensors(bytes);
  for (const [name, weight] of modelGraph(model).weights) {
    const stored = tensors.get(name);
    if (stored === undefined) throw new Error(`the checkpoint lacks "${name}"`);
    const value = tf.tensor(stored.data, [...stored.shape]);
    weight.write(value);
    value.dispose();
  }
  if (optimizer !== undefined) {
    const own = [...tensors].filter(([name]) => name.startsWith(optimizerPrefix));
    const state = Object.fromEntries(
      own.map(([name, { data, shape }]) => [name.slice(optimizerPrefix.length), tf.tensor(data, [...shape])]),
    );
    await optimizer.restore(state);
    tf.dispose(state);
  }
  return Object.fromEntries(metadata);
}

const weightTensor = (tensor: tf.Tensor): WeightTensor => ({
  shape: tensor.shape,
  data: Float32Array.from(tensor.dataSync()),
});
