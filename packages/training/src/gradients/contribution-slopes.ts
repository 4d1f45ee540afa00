/**
 * Slopes of logits with respect to gates on contributions: factors z = 1 of a part of a layer's output that is computed from its
 * input. The output is `y + Σ (z - 1) · contribution`, so the forward pass is the identity and `∂L/∂z` a product with `∂L/∂y`.
 */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { checkInputs } from "../batch.ts";
import { allFinalActivations, checkSoftmaxHead } from "../forward/final-activation.ts";
import type { Hooks } from "../forward/pass.ts";
import { runModel } from "../forward/run-calls.ts";
import { oneHot } from "../losses/softmax-cross-entropy.ts";
import { valueAndGradientsPerSeed } from "./tape.ts";

/** Gates on contributions to the output of one layer. */
export interface ContributionGates {
  /** The layer's path; it is called once, on one input. */
  readonly layer: string;
  readonly count: number;
  /** What the contributions are computed from. @param input - Of the layer. */
  readonly prepare: (input: tf.Tensor) => tf.Tensor;
  /**
   * `Σ ∂L/∂output · contribution` of every example, `[batch, count]`.
   *
   * @param prepared - The result of `prepare`.
   * @param output - Of the layer, after its own activation.
   */
  readonly slopes: (prepared: tf.Tensor, outputGradient: tf.Tensor, output: tf.Tensor) => tf.Tensor2D;
}

/** The caller disposes everything. */
export interface ContributionSlopes {
  /** `[batch, classes]` */
  readonly logits: tf.Tensor2D;
  /** ∂logit/∂z in the order of the gates, `[classes, batch, count]`. */
  readonly slopes: readonly tf.Tensor3D[];
}

/**
 * One forward pass in mode "eval", and one backward pass per class. The model does not change.
 *
 * @param xs - `[batch, ...input shape]`, or a list for a model of several inputs.
 * @throws TrainingError for a model without a softmax head, or inputs that do not fit it.
 */
export function contributionSlopes(
  model: tfl.LayersModel,
  xs: readonly tf.Tensor[],
  gates: readonly ContributionGates[],
): ContributionSlopes {
  const classes = Number(checkSoftmaxHead(model, "slopes of contributions").shape.at(-1));
  checkInputs(model, [...xs]);
  const batch = Number(xs[0]?.shape[0]);
  const { logits, slopes } = tf.tidy(() => {
    const factors = gates.map(({ count }) => tf.ones([batch, count]));
    const pass = {
      mode: "eval",
      dropout: false,
      ...gateHooks(gates, factors),
      finalActivations: allFinalActivations(model),
    } as const;
    const found = valueAndGradientsPerSeed(
      () => runModel(model, xs, pass) as [tf.Tensor2D],
      () => Array.from({ length: classes }, (_, c) => oneHot(tf.fill([batch], c, "int32"), classes)),
      factors,
    );
    return {
      logits: found.value,
      slopes: factors.map((z, site) =>
        tf.stack(found.gradients.map((ofClass) => ofClass[site] ?? tf.zerosLike(z))),
      ) as tf.Tensor3D[],
    };
  });
  return { logits, slopes };
}

function gateHooks(
  gates: readonly ContributionGates[],
  factors: readonly tf.Tensor[],
): { readonly inputHooks: Hooks; readonly outputHooks: Hooks } {
  const inputs = new Map<string, tf.Tensor>();
  const inputHooks = gates.map(({ layer }) => [
    layer,
    (x: tf.Tensor) => {
      inputs.set(layer, x);
      return tf.clone(x);
    },
  ]);
  const outputHooks = gates.map((each, i) => [
    each.layer,
    (y: tf.Tensor) => applyGates(y, factors[i] as tf.Tensor, inputs.get(each.layer) as tf.Tensor, each),
  ]);
  return { inputHooks: Object.fromEntries(inputHooks), outputHooks: Object.fromEntries(outputHooks) };
}

/** y, whose gradient with respect to z is that of `y + Σ (z - 1) · contribution`. */
function applyGates(
  y: tf.Tensor,
  z: tf.Tensor,
  input: tf.Tensor,
  { prepare, slopes }: ContributionGates,
): tf.Tensor {
  const gate = tf.customGrad((output, _, save) => {
    (save as tf.GradSaveFunc)([prepare(input), output as tf.Tensor]);
    return {
      value: tf.clone(output as tf.Tensor),
      gradFunc: (dy, [prepared, y]) => [tf.clone(dy), slopes(prepared as tf.Tensor, dy, y as tf.Tensor)],
    };
  });
  return gate(y, z);
}
