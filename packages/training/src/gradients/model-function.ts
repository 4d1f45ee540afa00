/** Functions of a minibatch and a model's weights, compiled, and made once for each model and purpose. */
import { compiled } from "@secateur/backend/ops";
import { modelGraph } from "@secateur/model-graph";
import type * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, inputsOf, targetsOf } from "../batch.ts";

/** The caller disposes the result. */
export type ModelFunction = (batch: Batch) => readonly tf.Tensor[];

/**
 * @param f - Pure in the minibatch's tensors and the model's weights, which it reads itself: the weights are inputs of the
 *   compiled program.
 */
export function modelFunction(
  model: tfl.LayersModel,
  f: (inputs: readonly tf.Tensor[], targets: readonly tf.Tensor[]) => readonly tf.Tensor[],
): ModelFunction {
  const { inputs, outputs } = modelGraph(model);
  const run = compiled((tensors) => {
    const end = inputs.length + outputs.length;
    return f(tensors.slice(0, inputs.length), tensors.slice(inputs.length, end));
  });
  return (batch) => {
    const weights = model.weights.map((weight) => weight.read());
    return run([...inputsOf(batch), ...targetsOf(batch), ...weights]);
  };
}

/** By the model's outputs: a Sequential that grows gets new ones. */
const cache = new WeakMap<readonly tfl.SymbolicTensor[], Map<string, unknown>>();

/** The result of `make` for this model and purpose. The purpose names everything it depends on but weight values. */
export function onceForModel<T>(model: tfl.LayersModel, purpose: string, make: () => T): T {
  const made = cache.get(model.outputs) ?? new Map<string, unknown>();
  cache.set(model.outputs, made);
  if (!made.has(purpose)) made.set(purpose, make());
  return made.get(purpose) as T;
}
