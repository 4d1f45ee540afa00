/** A model's outputs before a final softmax or sigmoid. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { checkInputs } from "../batch.ts";
import { allFinalActivations } from "./final-activation.ts";
import type { Hooks, Mode } from "./pass.ts";
import { runModel } from "./run-calls.ts";

export interface ForwardOptions {
  /** Default "eval". */
  readonly mode?: Mode;
  /** Random layers (dropout, noise) act. Default: in mode "train". */
  readonly dropout?: boolean;
  /** Hooks on layers' outputs, by path; for instance a gate: `{ relu1: (x) => tf.mul(x, gate) }`. Default none. */
  readonly outputHooks?: Hooks;
  /** Hooks on layers' inputs, by path; other layers that read the same tensor are not affected. Default none. */
  readonly inputHooks?: Hooks;
}

/**
 * Runs the model without changing it; moving averages stay as they are.
 *
 * @param xs - `[batch, ...input shape]`, or a list for a model of several inputs. The caller disposes them.
 * @returns The outputs before a final softmax or sigmoid, `[batch, ...]` each. The caller disposes them.
 *
 * @throws TrainingError for inputs that do not fit the model.
 *
 * @example const [logits] = forward(model, images, { mode: "train" });
 */
export function forward(
  model: tfl.LayersModel,
  xs: tf.Tensor | tf.Tensor[],
  options: ForwardOptions = {},
): tf.Tensor[] {
  const { mode = "eval", dropout = mode === "train", outputHooks = {}, inputHooks = {} } = options;
  checkInputs(model, [xs].flat());
  const finalActivations = allFinalActivations(model);
  const pass = { mode, dropout, outputHooks, inputHooks, finalActivations };
  return tf.tidy(() => {
    const inputs = [xs].flat();
    // A model may return its input; the result is always a new tensor.
    return runModel(model, inputs, pass).map((y) => (inputs.includes(y) ? tf.clone(y) : y));
  });
}
