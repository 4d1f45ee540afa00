/** A model's outputs before a final softmax or sigmoid. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { allFinalActivations } from "./final-activation.ts";
import { type Hooks, type Mode, runModel } from "./run-calls.ts";

export interface ForwardOptions {
  /** Default "eval". */
  readonly mode?: Mode;
  /** Random layers (dropout, noise) act. Default: in mode "train". */
  readonly dropout?: boolean;
  /** On layers' outputs, by path. For instance a gate: `{ relu1: (x) => tf.mul(x, gate) }`. Default none. */
  readonly outputHooks?: Hooks;
  /** On layers' inputs; other layers that read the same tensor are not affected. Default none. */
  readonly inputHooks?: Hooks;
}

/**
 * The model's outputs before a final softmax or sigmoid, `[batch, ...]` each. No weight changes, moving averages included.
 *
 * @param xs - `[batch, ...input shape]`, or a list for a model of several inputs. The caller disposes them, as the result.
 *
 * @example const [logits] = forward(model, images, { mode: "train" });
 */
export function forward(
  model: tfl.LayersModel,
  xs: tf.Tensor | tf.Tensor[],
  options: ForwardOptions = {},
): tf.Tensor[] {
  const { mode = "eval", dropout = mode === "train", outputHooks = {}, inputHooks = {} } = options;
  const finalActivations = allFinalActivations(model);
  const pass = { mode, dropout, outputHooks, inputHooks, finalActivations };
  return tf.tidy(() => {
    const inputs = [xs].flat();
    // A model may return its input as it is; the result is always a tensor of its own.
    return runModel(model, inputs, pass).map((y) => (inputs.includes(y) ? tf.clone(y) : y));
  });
}
