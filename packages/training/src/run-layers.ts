/**
 * Run a model's own layers, producers before consumers, with the expensive ones replaced: batch normalisation is
 * one fused kernel, and a final softmax is left to the loss. Any `tf.LayersModel` runs, models inside it
 * included.
 */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import {
  type BatchStatistics,
  normalizeBatch,
  normalizeByAverages,
  normalizesLastAxis,
} from "./batch-normalization.ts";
import { convolve, isPlainConvolution } from "./convolution.ts";
import { TrainingError } from "./errors.ts";
import { endsInSoftmax, withoutSoftmax } from "./final-softmax.ts";
import { chainOf, type Folds, foldsOf, runChain } from "./folds.ts";
import { isModel, type LayerUse, layerUses } from "./layer-uses.ts";
import { isRelu6 } from "./relu6.ts";

export type Mode = "train" | "eval";

/**
 * By layer name: sees a tensor, and says what takes its place, of the same shape. Both belong to the pass, which disposes
 * them when the last layer has read them: `tf.keep` what is used again.
 */
export type Taps = Readonly<Record<string, (tensor: tf.Tensor) => tf.Tensor>>;

export interface Pass {
  readonly mode: Mode;
  readonly taps: Taps;
  readonly inputTaps: Taps;
  readonly observe: ((statistics: BatchStatistics) => void) | undefined;
}

export type Values = Map<tfl.SymbolicTensor, tf.Tensor>;

/** @param isHead the model's first output is what the loss gets: what comes before a final softmax. */
export function runModel(
  model: tfl.LayersModel,
  inputs: readonly tf.Tensor[],
  isHead: boolean,
  pass: Pass,
): readonly tf.Tensor[] {
  const values: Values = new Map();
  set(values, model.inputs, inputs);
  runUses(model, layerUses(model), values, model.outputs, isHead, pass);
  return model.outputs.map((output) => read(values, output));
}

/**
 * Runs some of the model's layers; their inputs are among the values, and the wanted ones come to them. What was made on
 * the way goes as soon as the last layer has read it: the gradients keep for themselves what they need.
 */
export function runUses(
  model: tfl.LayersModel,
  uses: readonly LayerUse[],
  values: Values,
  wanted: readonly tfl.SymbolicTensor[],
  isHead: boolean,
  pass: Pass,
): void {
  const folds = foldsIn(model, uses, pass);
  const folded = new Set(folds.values());
  const release = releaser(uses, values, wanted);
  for (const use of uses) {
    if (folded.has(use)) continue; // it runs with the layer behind it
    const isLast = isHead && use.outputs.some((output) => output === model.outputs[0]);
    const chain = chainOf(folds, use);
    const [reader] = chain;
    const inputs = inputsOf(values, reader, pass);
    const results =
      chain.length === 1 ? runLayer(use, inputs, isLast, pass) : [runChain(chain, inputs[0] as tf.Tensor)];
    const tap = pass.taps[use.layer.name];
    set(values, use.outputs, tap === undefined ? results : results.map(tap));
    release(reader.inputs);
  }
}

/** To be told what a layer has read. Never disposes what was given, is wanted, kept, or another scope's. */
function releaser(
  uses: readonly LayerUse[],
  values: Values,
  wanted: readonly tfl.SymbolicTensor[],
): (read: readonly tfl.SymbolicTensor[]) => void {
  const stays = new Set([...values.keys(), ...wanted]);
  const readings = new Map<tfl.SymbolicTensor, number>();
  for (const input of uses.flatMap(({ inputs }) => inputs))
    readings.set(input, 1 + (readings.get(input) ?? 0));
  const scope = tf.engine().state.activeScope?.id;
  return (read) => {
    for (const symbol of read) {
      const left = (readings.get(symbol) ?? 0) - 1;
      readings.set(symbol, left);
      const tensor = values.get(symbol);
      if (left > 0 || tensor === undefined || stays.has(symbol)) continue;
      values.delete(symbol);
      const isShared = [...values.values()].includes(tensor); // by a layer that gives what it got
      if (!isShared && !tensor.kept && tensor.scopeId === scope) tensor.dispose();
    }
  };
}

/** The folds of this pass: no batch normalisation in training, and nothing that somebody wants to see between. */
function foldsIn(model: tfl.LayersModel, uses: readonly LayerUse[], { mode, taps, inputTaps }: Pass): Folds {
  const isPossible = ([use, before]: readonly [LayerUse, LayerUse]): boolean =>
    (mode === "eval" || !normalizesLastAxis(use.layer, 4)) &&
    taps[before.layer.name] === undefined &&
    inputTaps[use.layer.name] === undefined;
  return new Map([...foldsOf(model, uses)].filter(isPossible));
}

function inputsOf(values: Values, { layer, inputs }: LayerUse, { inputTaps }: Pass): readonly tf.Tensor[] {
  const tap = inputTaps[layer.name];
  const given = inputs.map((input) => read(values, input));
  return tap === undefined ? given : given.map(tap);
}

export function read(values: Values, tensor: tfl.SymbolicTensor): tf.Tensor {
  const value = values.get(tensor);
  if (value === undefined) throw new TrainingError(`"${tensor.name}" has no value`);
  return value;
}

function set(values: Values, tensors: readonly tfl.SymbolicTensor[], results: readonly tf.Tensor[]): void {
  for (const [i, tensor] of tensors.entries()) {
    const result = results[i];
    if (result !== undefined) values.set(tensor, result);
  }
}

function runLayer(
  { layer }: LayerUse,
  inputs: readonly tf.Tensor[],
  isLast: boolean,
  pass: Pass,
): readonly tf.Tensor[] {
  if (isModel(layer)) return runModel(layer, inputs, isLast, pass);
  const [input] = inputs;
  if (isLast && input !== undefined && endsInSoftmax(layer)) return [withoutSoftmax(layer, input)];
  const result = input === undefined ? null : runReplaced(layer, input, pass);
  return result === null ? [layer.call([...inputs], { training: pass.mode === "train" })].flat() : [result];
}

/** What runs otherwise than in tfjs-layers; null for all other layers. */
function runReplaced(layer: tfl.layers.Layer, input: tf.Tensor, { mode, observe }: Pass): tf.Tensor | null {
  if (layer.getClassName() === "BatchNormalization")
    return mode === "train" ? normalizeBatch(layer, input, observe) : normalizeByAverages(layer, input);
  if (isPlainConvolution(layer)) return convolve(layer, input);
  return isRelu6(layer) ? tf.relu6(input) : null;
}
