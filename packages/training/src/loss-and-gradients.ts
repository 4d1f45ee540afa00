/** The mean cross-entropy of a minibatch and its gradient with respect to every trainable weight, in one pass. */
import { softmaxCrossEntropy } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, checkBatch } from "./batch.ts";
import type { MovingAverages } from "./batch-normalization.ts";
import { TrainingError } from "./errors.ts";
import { checkEndsInSoftmax } from "./final-softmax.ts";
import { logits, type Mode } from "./forward.ts";
import { type NamedWeights, trainableWeights, variableOf } from "./named-weights.ts";
import { countCorrect, targets } from "./targets.ts";

export interface LossOptions {
  /** Batch normalisation by batch ("train", and dropout) or moving statistics ("eval"). Default "train". */
  readonly mode?: Mode;
  /** Only in mode "train". Default false. */
  readonly updateMovingAverages?: boolean;
  /** Share of the probability that is spread over all classes. Default 0. */
  readonly labelSmoothing?: number;
  /** Names of the weights whose gradients are wanted. Default: all that train. */
  readonly weights?: readonly string[];
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
 * @throws TrainingError for a model without softmax, a batch that does not fit it, and `weights` that it does not train.
 *
 * @example const { loss, gradients } = lossAndGradients(model, batch);
 */
export function lossAndGradients(
  model: tfl.LayersModel,
  batch: Batch,
  options: LossOptions = {},
): LossAndGradients {
  const movingAverages: MovingAverages = new Map();
  const result = differentiate(model, batch, options, movingAverages);
  writeAndDispose(movingAverages);
  return result;
}

/** As `lossAndGradients`, but the new moving averages are only computed: they are the caller's to write or dispose. */
export function differentiate(
  model: tfl.LayersModel,
  batch: Batch,
  { mode = "train", updateMovingAverages = false, labelSmoothing = 0, weights: names }: LossOptions,
  movingAverages: MovingAverages,
): LossAndGradients {
  checkEndsInSoftmax(model);
  checkBatch(model, batch);
  const weights = [...choose(trainableWeights(model), names)];
  const variables = weights.map(([, weight]) => variableOf(weight));
  const kept: tf.Scalar[] = [];
  try {
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => {
        const scores = logits(model, batch.xs, { mode }, updateMovingAverages ? movingAverages : undefined);
        kept.push(tf.keep(countCorrect(scores, batch.ys)));
        const losses = softmaxCrossEntropy(scores, targets(batch.ys, scores.shape[1], labelSmoothing));
        return tf.mean(losses) as tf.Scalar;
      }, variables);
      const gradients = weights.map(([name], i) => {
        const gradient = grads[variables[i]?.name ?? ""];
        if (gradient !== undefined) return [name, gradient] as const;
        throw new TrainingError(`"${name}" has no gradient: the loss does not depend on it`);
      });
      const [correct = tf.scalar(0)] = kept;
      return { loss: value, correct, gradients: Object.fromEntries(gradients) };
    });
  } catch (error) {
    tf.dispose([kept, [...movingAverages.values()]]);
    throw error;
  }
}

export function writeAndDispose(movingAverages: MovingAverages): void {
  for (const [variable, value] of movingAverages) {
    variable.write(value);
    value.dispose();
  }
}

function choose(all: NamedWeights, names: readonly string[] | undefined): NamedWeights {
  if (names === undefined) return all;
  return new Map(
    names.map((name) => {
      const weight = all.get(name);
      if (weight === undefined) throw new TrainingError(`the model trains no weight named "${name}"`);
      return [name, weight];
    }),
  );
}
