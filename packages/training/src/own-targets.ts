/** Targets from the network's own outputs, for minibatches without labels: its predictions, or draws from them. */
import { modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, checkInputs, inputsOf, targetsOf, type UnlabelledBatch } from "./batch.ts";
import { noFinalActivations } from "./forward/final-activation.ts";
import type { Mode } from "./forward/pass.ts";
import { runModel } from "./forward/run-calls.ts";
import { scalars } from "./gradients/finite.ts";
import { headLosses } from "./losses/head-losses.ts";
import type { Loss } from "./losses/loss.ts";
import { meanSquaredError } from "./losses/mean-squared-error.ts";
import { type LossOption, type ModelLoss, modelLoss } from "./losses/model-loss.ts";

export interface OwnTargetsOptions {
  /** Default: as the outputs end, cross-entropy, binary cross-entropy or mean squared error. */
  readonly loss?: LossOption | undefined;
  /** Of draws, a whole number of at least 0. Default 0. */
  readonly seed?: number;
}

export interface SampledTargetsOptions extends OwnTargetsOptions {
  /** Batch normalisation by the minibatch's statistics ("train") or by moving averages ("eval"). Default "eval". */
  readonly mode?: Mode;
}

/** The losses of a network's own targets where none is given. */
export function ownLoss(model: tfl.LayersModel): readonly Loss[] {
  return headLosses(model, meanSquaredError());
}

/**
 * One forward pass in mode "eval". The targets are the most probable classes behind a softmax and the decisions, 0 or 1, behind a
 * sigmoid. For a regression they are the outputs plus or minus a constant, the sign at random, because the loss has no gradient
 * at the outputs themselves: the expected square of a gradient is then the Gauss-Newton diagonal.
 *
 * @returns Targets as in `Batch.ys`, for instance `[batch]`. The caller disposes them.
 * @throws TrainingError for a loss or inputs that do not fit the model.
 *
 * @example const batch = { xs, ys: ownTargets(model, { xs }) };
 */
export function ownTargets(
  model: tfl.LayersModel,
  batch: UnlabelledBatch,
  { loss, seed = 0 }: OwnTargetsOptions = {},
): tf.Tensor | tf.Tensor[] {
  return targetsFrom(model, batch, modelLoss(model, loss ?? ownLoss(model)), "eval", (each, output, i) => {
    if (each.predict !== undefined) return each.predict(output);
    return each.sample === undefined ? ownOutput(each, output) : each.sample(output, seedOf(seed, i));
  });
}

/**
 * Draws targets from the distributions that the outputs stand for: classes behind a softmax, 0 or 1 behind a sigmoid, and as
 * `ownTargets` for a regression. Where a loss of `loss` does not say how (`Loss.sample`), the default losses draw.
 *
 * @returns Targets as in `Batch.ys`. The caller disposes them.
 * @throws TrainingError as `ownTargets`.
 *
 * @example const batch = { xs, ys: sampledTargets(model, { xs }, { seed: 3 }) };
 */
export function sampledTargets(
  model: tfl.LayersModel,
  batch: UnlabelledBatch,
  { loss, seed = 0, mode = "eval" }: SampledTargetsOptions = {},
): tf.Tensor | tf.Tensor[] {
  const draws = samplingLoss(model, loss);
  return targetsFrom(model, batch, modelLoss(model, draws), mode, (each, output, i) =>
    each.sample === undefined ? ownOutput(each, output) : each.sample(output, seedOf(seed, i)),
  );
}

/** The losses if all of them can draw targets, and the default losses otherwise. */
export function samplingLoss(model: tfl.LayersModel, loss: LossOption | undefined): LossOption {
  const draws = loss !== undefined && [loss].flat().every(({ sample }) => sample !== undefined);
  return draws ? loss : ownLoss(model);
}

/** The layers of the outputs that `ownTargets` repeats as targets: their losses have no gradient there. */
export function outputsWithoutGradient(model: tfl.LayersModel, loss?: LossOption): readonly string[] {
  return outputsWhere(model, loss, ({ predict, sample }) => predict === undefined && sample === undefined);
}

/** The layers of the outputs for which `ownTargets` draws targets. */
export function outputsWithDrawnTargets(model: tfl.LayersModel, loss?: LossOption): readonly string[] {
  return outputsWhere(model, loss, ({ predict, sample }) => predict === undefined && sample !== undefined);
}

function outputsWhere(
  model: tfl.LayersModel,
  loss: LossOption | undefined,
  matches: (loss: Loss) => boolean,
): readonly string[] {
  const { losses } = modelLoss(model, loss ?? ownLoss(model));
  const { outputs, producers } = modelGraph(model);
  return outputs.flatMap((output, i) =>
    matches(losses[i] as Loss) ? [producers.get(output)?.path ?? output.name] : [],
  );
}

/** Whether the targets equal the model's outputs, to 1e-5: all its losses are at a minimum there. */
export async function targetsAreOutputs(model: tfl.LayersModel, batch: Batch): Promise<boolean> {
  const targets = targetsOf(batch);
  const differences = tf.tidy(() => {
    const pass = { ...plain, mode: "eval", finalActivations: noFinalActivations } as const;
    return runModel(model, inputsOf(batch), pass).map((output, i) => {
      const target = targets[i];
      if (target === undefined || target.size !== output.size) return tf.scalar(Number.POSITIVE_INFINITY);
      return tf.max(tf.abs(tf.sub(tf.reshape(target, output.shape), output)));
    });
  });
  const values = await scalars(...differences);
  tf.dispose(differences);
  return values.every((value) => value < 1e-5);
}

const plain = { dropout: false, outputHooks: {}, inputHooks: {} } as const;

function targetsFrom(
  model: tfl.LayersModel,
  batch: UnlabelledBatch,
  { losses, finalActivations }: ModelLoss,
  mode: Mode,
  targetOf: (loss: Loss, output: tf.Tensor, index: number) => tf.Tensor,
): tf.Tensor | tf.Tensor[] {
  checkInputs(model, inputsOf(batch));
  const targets = tf.tidy(() =>
    runModel(model, inputsOf(batch), { ...plain, mode, finalActivations }).map((output, i) =>
      targetOf(losses[i] as Loss, output, i),
    ),
  );
  return targets.length === 1 ? (targets[0] as tf.Tensor) : targets;
}

/** tfjs takes a seed of 0 for none. */
const seedOf = (seed: number, index: number): number => 1 + seed + index;

/** @param output - Logits where the loss includes the final activation. */
function ownOutput({ includes }: Loss, output: tf.Tensor): tf.Tensor {
  if (includes === "softmax") return tf.softmax(output);
  return includes === "sigmoid" ? tf.sigmoid(output) : tf.clone(output);
}
