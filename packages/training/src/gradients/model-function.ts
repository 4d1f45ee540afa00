/** Compiled functions of a minibatch and a model's weights, cached by model and purpose. */
import { compiled } from "@secateur/backend/ops";
import { modelGraph } from "@secateur/model-graph";
import type * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { inputsOf, targetsOf, type UnlabelledBatch } from "../batch.ts";

/** The caller disposes the result. */
export type ModelFunction = (batch: UnlabelledBatch) => readonly tf.Tensor[];

/**
 * @param f - A function of the minibatch and the model's weights, pure but for random numbers. It reads the weights itself;
 *   they are inputs of the compiled program.
 */
export function modelFunction(
  model: tfl.LayersModel,
  f: (inputs: readonly tf.Tensor[], targets: readonly tf.Tensor[]) => readonly tf.Tensor[],
): ModelFunction {
  const { inputs, outputs, weights } = modelGraph(model); // `model.weights` changes its order when layers are frozen
  const run = compiled((tensors) => {
    const end = inputs.length + outputs.length;
    return f(tensors.slice(0, inputs.length), tensors.slice(inputs.length, end));
  });
  return (batch) => {
    const values = [...weights.values()].map((weight) => weight.read());
    return run([...inputsOf(batch), ...targetsOf(batch), ...values]);
  };
}

/** Keyed by the model's outputs, which change when a layer is added to a Sequential. */
const cache = new WeakMap<readonly tfl.SymbolicTensor[], Map<string, unknown>>();

/** Calls `make` once per model and purpose. The purpose must encode everything that the result depends on but the weights. */
export function cachedForModel<T>(model: tfl.LayersModel, purpose: string, make: () => T): T {
  const entries = cache.get(model.outputs) ?? new Map<string, unknown>();
  cache.set(model.outputs, entries);
  if (!entries.has(purpose)) entries.set(purpose, make());
  return entries.get(purpose) as T;
}
