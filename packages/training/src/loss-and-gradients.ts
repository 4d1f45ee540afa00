/** The mean cross-entropy of a minibatch and its gradient with respect to every trainable weight, in one pass. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, checkBatch } from "./batch.ts";
import { type BatchStatistics, moveAverages } from "./batch-normalization.ts";
import { TrainingError } from "./errors.ts";
import { checkEndsInSoftmax } from "./final-softmax.ts";
import type { GateSite } from "./gates.ts";
import { type NamedWeights, trainableWeights } from "./named-weights.ts";
import type { Mode } from "./run-layers.ts";
import { type StepOutputs, stepFunction } from "./step-function.ts";

export interface LossOptions {
  /** Batch normalisation by batch ("train", and dropout) or moving statistics ("eval"). Default "train". */
  readonly mode?: Mode;
  /** Only in mode "train". Default false. */
  readonly updateMovingAverages?: boolean;
  /** Share of the probability that is spread over all classes. Default 0. */
  readonly labelSmoothing?: number;
  /** Names of the weights whose gradients are wanted. Default: all that train. */
  readonly weights?: readonly string[];
  /** Where gates are whose gradients are wanted. Default none. */
  readonly gates?: readonly GateSite[];
  /** Names of the layers of which it is wanted what they get. Default none. */
  readonly activations?: readonly string[];
}

/** Everything is the caller's to dispose. */
export interface LossAndGradients {
  /** Mean over the minibatch. */
  readonly loss: tf.Scalar;
  /** How many of the minibatch the model has right. */
  readonly correct: tf.Scalar;
  /** By weight name, each of the weight's shape. */
  readonly gradients: Readonly<Record<string, tf.Tensor>>;
  /** Of each example's own loss with respect to its gates, `[batch, channels]`, in the order of the sites asked for. */
  readonly gates: readonly tf.Tensor2D[];
  /** By layer name: of each channel that the layer gets, the mean and the share that is not 0, `[2, channels]`. */
  readonly activations: Readonly<Record<string, tf.Tensor2D>>;
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
  const { statistics, ...result } = differentiate(model, batch, options);
  if (options.updateMovingAverages === true) moveAverages(statistics);
  disposeStatistics(statistics);
  return result;
}

/** As `lossAndGradients`, but moving averages do not change: `statistics` has what would change them. */
export function differentiate(model: tfl.LayersModel, batch: Batch, options: LossOptions): StepOutputs {
  const { mode = "train", labelSmoothing = 0, weights: names, gates = [], activations = [] } = options;
  checkEndsInSoftmax(model);
  checkBatch(model, batch);
  const weights = choose(trainableWeights(model), names);
  return stepFunction(model, {
    mode,
    labelSmoothing,
    weights,
    gates,
    activations: [...new Set(activations)],
  })(batch);
}

function disposeStatistics(statistics: readonly BatchStatistics[]): void {
  for (const { mean, variance } of statistics) tf.dispose([mean, variance]);
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
