/**
 * Functions of a minibatch and a model's weights, compiled, and made once for each model and purpose: an engine that
 * makes programs of functions shall make each once.
 */
import { compiled, type TensorFunction } from "@secateur/backend/ops";
import type * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Batch } from "./batch.ts";

/** What it gives is the caller's to dispose. */
export type ModelFunction = (batch: Batch) => readonly tf.Tensor[];

/** @param f a pure function of `xs` and `ys` that reads the model's weights itself; they become inputs of the program. */
export function modelFunction(model: tfl.LayersModel, f: TensorFunction): ModelFunction {
  const run = compiled(f);
  return ({ xs, ys }) => run([xs, ys, ...model.weights.map((weight) => weight.read())]);
}

/** By the model's outputs: a Sequential that grows gets new ones. */
const known = new WeakMap<readonly tfl.SymbolicTensor[], Map<string, unknown>>();

/** What `make` made for this model and this purpose: the name of all that it depends on beside the weights' values. */
export function onceForModel<T>(model: tfl.LayersModel, purpose: string, make: () => T): T {
  const made = known.get(model.outputs) ?? new Map<string, unknown>();
  known.set(model.outputs, made);
  if (!made.has(purpose)) made.set(purpose, make());
  return made.get(purpose) as T;
}
