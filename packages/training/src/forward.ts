/** A model's logits: what it computes before its final softmax. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { BatchStatistics } from "./batch-normalization.ts";
import { TrainingError } from "./errors.ts";
import { type Mode, runModel, type Taps } from "./run-layers.ts";

export interface ForwardOptions {
  /** "train": batch statistics and dropout. "eval": moving statistics. Default "eval". */
  readonly mode?: Mode;
  /** On what a layer gives to those that follow. For instance a gate: `{ relu1: (x) => tf.mul(x, gate) }`. Default none. */
  readonly taps?: Taps;
  /** On what a layer gets; other layers that read the same tensor do not notice. Default none. */
  readonly inputTaps?: Taps;
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
