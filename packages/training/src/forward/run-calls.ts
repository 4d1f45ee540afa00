/**
 * Runs a model's layer calls, producers before consumers, with the expensive ones replaced: batch normalisation and its
 * neighbours are fused, and a final softmax or sigmoid may be left to the loss. Any `tf.LayersModel` runs.
 */
import { type GraphTensor, type LayerCall, type ModelGraph, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "../errors.ts";
import {
  type BatchStatistics,
  normalizeBatch,
  normalizeByAverages,
  normalizesLastAxis,
} from "./batch-normalization.ts";
import { convolve, isPlainConvolution } from "./convolution.ts";
import { type FinalActivations, withoutActivation } from "./final-activation.ts";
import { type Fusions, fusedCalls, fusionsOf, runFused } from "./layer-fusion.ts";
import { isRelu6 } from "./relu6.ts";

/** Batch normalisation by the minibatch's statistics ("train") or by moving averages ("eval"). */
export type Mode = "train" | "eval";

/**
 * By layer path: receives a tensor and returns the one that replaces it, of the same shape. Both belong to the pass, which
 * disposes them after the last layer that reads them: `tf.keep` what is used later.
 */
export type Hooks = Readonly<Record<string, (tensor: tf.Tensor) => tf.Tensor>>;

export interface Pass {
  readonly mode: Mode;
  /** Random layers (dropout, noise) act. */
  readonly dropout: boolean;
  /** On a layer's output. */
  readonly outputHooks: Hooks;
  /** On a layer's input; other layers that read the same tensor are not affected. */
  readonly inputHooks: Hooks;
  /** Left out at the model's outputs. */
  readonly finalActivations: FinalActivations;
  /** Receives the statistics of every call of batch normalisation, in mode "train". */
  readonly onStatistics?: (statistics: BatchStatistics) => void;
}

export type Values = Map<GraphTensor, tf.Tensor>;

/** The model's outputs. @param inputs - One tensor per model input. */
export function runModel(
  model: tfl.LayersModel,
  inputs: readonly tf.Tensor[],
  pass: Pass,
): readonly tf.Tensor[] {
  const graph = modelGraph(model);
  const values: Values = new Map();
  setAll(values, graph.inputs, inputs);
  runCalls(graph, graph.calls, values, graph.outputs, pass);
  return graph.outputs.map((output) => read(values, output));
}

/**
 * Runs some of a model's calls. Their inputs are in `values`; afterwards the wanted tensors are. A tensor is disposed as
 * soon as its last reader has run: gradients keep what they need themselves.
 */
export function runCalls(
  graph: ModelGraph,
  calls: readonly LayerCall[],
  values: Values,
  wanted: readonly GraphTensor[],
  pass: Pass,
): void {
  const fusions = possibleFusions(graph, calls, pass);
  const absorbed = new Set(fusions.values());
  const release = releaser(calls, values, wanted);
  for (const call of calls) {
    if (call.inputs.length === 0 || absorbed.has(call)) continue; // an InputLayer, or part of the next call
    const fused = fusedCalls(fusions, call);
    const [first] = fused;
    const inputs = inputsOf(values, first, pass);
    const results =
      fused.length === 1 ? runLayer(call, inputs, pass) : [runFused(fused, inputs[0] as tf.Tensor)];
    const hook = pass.outputHooks[call.path];
    setAll(values, call.outputs, hook === undefined ? results : results.map(hook));
    release(first.inputs);
  }
}

/** Call after a layer has run: frees its inputs if no later layer reads them. Never disposes the caller's tensors. */
function releaser(
  calls: readonly LayerCall[],
  values: Values,
  wanted: readonly GraphTensor[],
): (inputs: readonly GraphTensor[]) => void {
  const stays = new Set([...values.keys(), ...wanted]);
  const readers = new Map<GraphTensor, number>();
  for (const input of calls.flatMap(({ inputs }) => inputs))
    readers.set(input, 1 + (readers.get(input) ?? 0));
  const scope = tf.engine().state.activeScope?.id;
  return (inputs) => {
    for (const input of inputs) {
      const left = (readers.get(input) ?? 0) - 1;
      readers.set(input, left);
      const tensor = values.get(input);
      if (left > 0 || tensor === undefined || stays.has(input)) continue;
      values.delete(input);
      const isShared = [...values.values()].includes(tensor); // by a layer that returned its input
      if (!isShared && !tensor.kept && tensor.scopeId === scope) tensor.dispose();
    }
  };
}

/** Fusions of this pass: no batch normalisation in training, and no tensor between two layers that a hook reads. */
function possibleFusions(graph: ModelGraph, calls: readonly LayerCall[], pass: Pass): Fusions {
  const { mode, outputHooks, inputHooks } = pass;
  const isPossible = ([call, before]: readonly [LayerCall, LayerCall]): boolean =>
    (mode === "eval" || !normalizesLastAxis(call.layer, 4)) &&
    outputHooks[before.path] === undefined &&
    inputHooks[call.path] === undefined;
  return new Map([...fusionsOf(graph, calls)].filter(isPossible));
}

function inputsOf(values: Values, { path, inputs }: LayerCall, { inputHooks }: Pass): readonly tf.Tensor[] {
  const hook = inputHooks[path];
  const tensors = inputs.map((input) => read(values, input));
  return hook === undefined ? tensors : tensors.map(hook);
}

export function read(values: Values, tensor: GraphTensor): tf.Tensor {
  const value = values.get(tensor);
  if (value === undefined) throw new TrainingError(`"${tensor.name}" has no value`);
  return value;
}

function setAll(values: Values, tensors: readonly GraphTensor[], results: readonly tf.Tensor[]): void {
  for (const [i, tensor] of tensors.entries()) {
    const result = results[i];
    if (result !== undefined) values.set(tensor, result);
  }
}

function runLayer(call: LayerCall, inputs: readonly tf.Tensor[], pass: Pass): readonly tf.Tensor[] {
  const { layer, outputs } = call;
  const [input] = inputs;
  if (input !== undefined && outputs.some((output) => pass.finalActivations.has(output)))
    return [withoutActivation(call, input)];
  const result = input === undefined ? null : runReplaced(call, input, pass);
  if (result !== null) return [result];
  const training = isRandom(call) ? pass.dropout : pass.mode === "train";
  return [layer.call([...inputs], { training })].flat();
}

/** Dropout, SpatialDropout, AlphaDropout, GaussianDropout, GaussianNoise. */
const isRandom = ({ className }: LayerCall): boolean => /Dropout|Gaussian/.test(className);

/** Layers that run differently than in tfjs-layers; null for all others. */
function runReplaced({ className, layer }: LayerCall, input: tf.Tensor, pass: Pass): tf.Tensor | null {
  if (className === "BatchNormalization")
    return pass.mode === "train"
      ? normalizeBatch(layer, input, pass.onStatistics)
      : normalizeByAverages(layer, input);
  if (isPlainConvolution(layer)) return convolve(layer, input);
  return isRelu6(layer) ? tf.relu6(input) : null;
}
