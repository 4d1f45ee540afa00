/** The network's own predictions as targets, for minibatches without labels. */
import { modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, checkInputs, inputsOf, targetsOf, type UnlabelledBatch } from "./batch.ts";
import { runModel } from "./forward/run-calls.ts";
import type { Loss } from "./losses/loss.ts";
import { type LossOption, modelLoss } from "./losses/model-loss.ts";

const pass = { mode: "eval", dropout: false, outputHooks: {}, inputHooks: {} } as const;

/**
 * One forward pass in mode "eval". The targets are the most probable classes where the loss predicts classes (see
 * `Loss.predict`), and the outputs themselves otherwise.
 *
 * @param loss - Default: softmax cross-entropy.
 * @returns Targets as in `Batch.ys`, for instance `[batch]`. The caller disposes them.
 * @throws TrainingError for a loss or inputs that do not fit the model.
 *
 * @example const batch = { xs, ys: ownTargets(model, { xs }) };
 */
export function ownTargets(
  model: tfl.LayersModel,
  batch: UnlabelledBatch,
  loss?: LossOption,
): tf.Tensor | tf.Tensor[] {
  const { losses, finalActivations } = modelLoss(model, loss);
  checkInputs(model, inputsOf(batch));
  const targets = tf.tidy(() =>
    runModel(model, inputsOf(batch), { ...pass, finalActivations }).map((output, i) =>
      targetOf(losses[i], output),
    ),
  );
  return targets.length === 1 ? (targets[0] as tf.Tensor) : targets;
}

/** The layers of the outputs that `ownTargets` repeats as targets: their losses have no gradient there. */
export function outputsWithoutGradient(model: tfl.LayersModel, loss?: LossOption): readonly string[] {
  const { losses } = modelLoss(model, loss);
  const { outputs, producers } = modelGraph(model);
  return outputs.flatMap((output, i) =>
    losses[i]?.predict === undefined ? [producers.get(output)?.path ?? output.name] : [],
  );
}

/** Whether the targets equal the model's outputs, to 1e-5: all its losses are at a minimum there. */
export function targetsAreOutputs(model: tfl.LayersModel, batch: Batch): boolean {
  const targets = targetsOf(batch);
  return tf.tidy(() => {
    const outputs = runModel(model, inputsOf(batch), { ...pass, finalActivations: new Map() });
    return outputs.every((output, i) => {
      const target = targets[i];
      if (target === undefined || target.size !== output.size) return false;
      const difference = tf.max(tf.abs(tf.sub(tf.reshape(target, output.shape), output)));
      return Number(difference.dataSync()[0]) < 1e-5;
    });
  });
}

/** @param output - Logits where the loss includes the final activation. */
function targetOf(loss: Loss | undefined, output: tf.Tensor): tf.Tensor {
  if (loss?.predict !== undefined) return loss.predict(output);
  if (loss?.includes === "softmax") return tf.softmax(output);
  return loss?.includes === "sigmoid" ? tf.sigmoid(output) : tf.clone(output);
}
