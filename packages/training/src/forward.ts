/**
 * Run a model's own layers, producers before consumers, with the expensive ones replaced: batch normalisation in
 * training is one fused kernel, and a final softmax is left to the loss. Any `tf.LayersModel` runs, models inside it
 * included.
 */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type BatchStatistics, normalizeBatch } from "./batch-normalization.ts";
import { TrainingError } from "./errors.ts";
import { endsInSoftmax, withoutSoftmax } from "./final-softmax.ts";
import { isModel, type LayerUse, layerUses } from "./layer-uses.ts";

export type Mode = "train" | "eval";

/** By layer name: sees a tensor, and says what takes its place, of the same shape. */
export type Taps = Readonly<Record<string, (tensor: tf.Tensor) => tf.Tensor>>;

export interface ForwardOptions {
  /** "train": batch statistics and dropout. "eval": moving statistics. Default "eval". */
  readonly mode?: Mode;
  /** On what a layer gives to those that follow. For instance a gate: `{ relu1: (x) => tf.mul(x, gate) }`. Default none. */
  readonly taps?: Taps;
  /** On what a layer gets; other layers that read the same tensor do not notice. Default none. */
  readonly inputTaps?: Taps;
}

interface Pass {
  readonly mode: Mode;
  readonly taps: Taps;
  readonly inputTaps: Taps;
  readonly observe: ((statistics: BatchStatistics) => void) | undefined;
}

/**
 * What the model computes before its final softmax (or all of it, where there is none), `[batch, classes]`. No weight
 * changes, moving averages included.
 *
 * @param xs `[batch, ...input shape]`; the caller's to dispose, like the result.
 * @throws TrainingError for a model with several inputs or outputs, or another output than `[batch, classes]`.
 *
 * @example const logits = forward(model, images, { mode: "train" });
 */
export function forward(model: tfl.LayersModel, xs: tf.Tensor, options: ForwardOptions = {}): tf.Tensor2D {
  return tf.tidy(() => logits(model, xs, options));
}

/** As `forward`; in mode "train" `observe` is told what batch normalisation sees. Disposes nothing. */
export function logits(
  model: tfl.LayersModel,
  xs: tf.Tensor,
  { mode = "eval", taps = {}, inputTaps = {} }: ForwardOptions,
  observe?: (statistics: BatchStatistics) => void,
): tf.Tensor2D {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw new TrainingError(`model "${model.name}" must have one input and one output to be trained here`);
  }
  const [result] = runModel(model, [xs], true, { mode, taps, inputTaps, observe });
  if (result?.rank === 2) return result as tf.Tensor2D;
  const shape = JSON.stringify(model.outputs[0]?.shape);
  throw new TrainingError(`model "${model.name}" must give [batch, classes], not ${shape}`);
}

/** @param isHead the model's first output is what the loss gets. */
function runModel(
  model: tfl.LayersModel,
  inputs: readonly tf.Tensor[],
  isHead: boolean,
  pass: Pass,
): readonly tf.Tensor[] {
  const values = new Map<tfl.SymbolicTensor, tf.Tensor>();
  const read = (tensor: tfl.SymbolicTensor): tf.Tensor => {
    const value = values.get(tensor);
    if (value === undefined) throw new TrainingError(`"${tensor.name}" has no value in "${model.name}"`);
    return value;
  };
  const set = (tensors: readonly tfl.SymbolicTensor[], results: readonly tf.Tensor[]): void => {
    for (const [i, tensor] of tensors.entries()) {
      const result = results[i];
      if (result !== undefined) values.set(tensor, result);
    }
  };
  set(model.inputs, inputs);
  for (const use of layerUses(model)) {
    const isLast = isHead && use.outputs.some((output) => output === model.outputs[0]);
    const inputTap = pass.inputTaps[use.layer.name];
    const given = use.inputs.map(read);
    const results = runLayer(use, inputTap === undefined ? given : given.map(inputTap), isLast, pass);
    const tap = pass.taps[use.layer.name];
    set(use.outputs, tap === undefined ? results : results.map(tap));
  }
  return model.outputs.map(read);
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
  const isTraining = pass.mode === "train";
  if (isTraining && input !== undefined && layer.getClassName() === "BatchNormalization") {
    return [normalizeBatch(layer, input, pass.observe)];
  }
  return [layer.call([...inputs], { training: isTraining })].flat();
}
