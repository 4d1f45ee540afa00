/**
 * Slopes of logits with respect to gates, `∂logit_c/∂z`, for given classes of every example: how far each logit falls when
 * a channel is removed, to first order. Needs no labels.
 */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { checkBatch } from "../batch.ts";
import { checkSoftmaxHead } from "../forward/final-activation.ts";
import { oneHot } from "../losses/softmax-cross-entropy.ts";
import { type GateSite, siteKey } from "./gates.ts";
import { logitGradients } from "./logit-gradients.ts";
import { cachedForModel, modelFunction } from "./model-function.ts";

/** The caller disposes everything. */
export interface LogitSlopes {
  /** All logits, `[batch, classes]`. */
  readonly logits: tf.Tensor2D;
  /** ∂logit/∂z by site key, `[chosen classes, batch, channels]`. */
  readonly gates: Readonly<Record<string, tf.Tensor3D>>;
}

/**
 * One forward pass, and one backward pass per chosen class, in mode "eval". The model does not change.
 *
 * @param xs - `[batch, ...input shape]`
 * @param classes - `[batch, chosen classes]`, int32: the classes of each example whose logits are differentiated.
 * @throws TrainingError for a model without a softmax head, or inputs that do not fit it.
 *
 * @example
 * const { gates } = logitSlopes(model, images, classes, [{ layer: "conv2", at: "input" }]);
 * const slopes = gates["input of conv2"]; // [chosen classes, batch, channels]
 */
export function logitSlopes(
  model: tfl.LayersModel,
  xs: tf.Tensor | tf.Tensor[],
  classes: tf.Tensor2D,
  gates: readonly GateSite[],
): LogitSlopes {
  const output = checkSoftmaxHead(model, "slopes of logits");
  checkBatch(model, { xs, ys: classes }, []);
  const keys = [...new Set(gates.map(siteKey))];
  const run = cachedForModel(model, JSON.stringify(["slopes", keys]), () =>
    modelFunction(model, (inputs, [chosen]) => {
      const oneHotRows = tf
        .unstack(chosen as tf.Tensor, 1)
        .map((one) => oneHot(one, Number(output.shape.at(-1))));
      const options = { gates, mode: "eval" } as const;
      const found = logitGradients(model, inputs, options, () => oneHotRows.map((rows) => tf.clone(rows)));
      return [found.logits, ...found.gates];
    }),
  );
  const [logits, ...slopes] = run({ xs, ys: classes });
  return { logits, gates: Object.fromEntries(keys.map((key, i) => [key, slopes[i]])) } as LogitSlopes;
}
