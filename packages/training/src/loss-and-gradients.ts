/** The mean cross-entropy of a minibatch and its gradient with respect to every trainable weight, in one pass. */
import { softmaxCrossEntropy } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Batch } from "./batch.ts";
import { TrainingError } from "./errors.ts";
import { logits, type Mode } from "./forward.ts";
import { finalSoftmax } from "./layer-uses.ts";
import { trainableWeights, variableOf } from "./named-weights.ts";

export interface LossOptions {
  /** Batch normalisation by batch ("train", and dropout) or moving statistics ("eval"). Default "train". */
  readonly mode?: Mode;
  readonly updateMovingAverages?: boolean;
  /** Share of the probability that is spread over all classes. Default 0. */
  readonly labelSmoothing?: number;
}

/** Everything is the caller's to dispose. */
export interface LossAndGradients {
  /** Mean over the minibatch. */
  readonly loss: tf.Scalar;
  /** How many of the minibatch the model has right. */
  readonly correct: tf.Scalar;
  /** By weight name, each of the weight's shape. */
  readonly gradients: Readonly<Record<string, tf.Tensor>>;
}

/**
 * The model must end in a softmax. The weights do not change, nor do moving averages unless asked.
 *
 * @example const { loss, gradients } = lossAndGradients(model, batch);
 */
export function lossAndGradients(
  model: tfl.LayersModel,
  batch: Batch,
  { mode = "train", updateMovingAverages = false, labelSmoothing = 0 }: LossOptions = {},
): LossAndGradients {
  if (finalSoftmax(model) === null) throw new TrainingError(`model "${model.name}" must end in a softmax`);
  const weights = [...trainableWeights(model)];
  const variables = weights.map(([, weight]) => variableOf(weight));
  return tf.tidy(() => {
    let correct: tf.Scalar = tf.scalar(0);
    const { value, grads } = tf.variableGrads(() => {
      const scores = logits(model, batch.xs, { mode, updateMovingAverages });
      correct = tf.keep(countCorrect(scores, batch.ys));
      return tf.mean(
        softmaxCrossEntropy(scores, targets(batch.ys, scores.shape[1], labelSmoothing)),
      ) as tf.Scalar;
    }, variables);
    const gradients = weights.map(([name], i) => {
      const gradient = grads[variables[i]?.name ?? ""];
      if (gradient === undefined)
        throw new TrainingError(`"${name}" has no gradient: the loss does not depend on it`);
      return [name, gradient] as const;
    });
    return { loss: value, correct, gradients: Object.fromEntries(gradients) };
  });
}

/** `[batch, classes]` probabilities from classes `[batch]` or from probabilities. */
export function targets(ys: tf.Tensor, classes: number, labelSmoothing = 0): tf.Tensor2D {
  // Cast afterwards: tfjs's wasm kernel writes whole numbers even where float32 is asked for.
  const exact = ys.rank === 2 ? ys : tf.cast(tf.oneHot(tf.cast(ys, "int32"), classes), "float32");
  return (
    labelSmoothing === 0 ? exact : tf.add(tf.mul(exact, 1 - labelSmoothing), labelSmoothing / classes)
  ) as tf.Tensor2D;
}

export function countCorrect(scores: tf.Tensor2D, ys: tf.Tensor): tf.Scalar {
  return tf.tidy(() => {
    const classes = ys.rank === 2 ? tf.argMax(ys, 1) : tf.cast(ys, "int32");
    return tf.sum(tf.cast(tf.equal(tf.argMax(scores, 1), classes), "float32")) as tf.Scalar;
  });
}
