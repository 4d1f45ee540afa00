/** The mean loss of a minibatch and its gradients with respect to weights and gates, in one pass. */
import { isMovingAverage, modelGraph, trainableWeights } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, checkBatch } from "../batch.ts";
import { TrainingError } from "../errors.ts";
import { type BatchStatistics, moveAverages } from "../forward/batch-normalization.ts";
import type { Mode } from "../forward/pass.ts";
import { withSeed } from "../forward/random-layers.ts";
import { type LossOption, modelLoss } from "../losses/model-loss.ts";
import type { GateSite } from "./gates.ts";
import { accumulate } from "./micro-batches.ts";
import { requireChannelsLast } from "./require-channels-last.ts";
import { type StepOutputs, stepFunction } from "./step-function.ts";

export interface LossOptions {
  /** A list of one loss per output for several outputs. Default: cross-entropy behind softmax, binary cross-entropy behind sigmoid. */
  readonly loss?: LossOption | undefined;
  /** Batch normalisation by the minibatch's statistics ("train") or by moving averages ("eval"). Default "train". */
  readonly mode?: Mode;
  /** Whether dropout and noise layers are active. Default: in mode "train". */
  readonly dropout?: boolean;
  /** Determines the masks of dropout and noise. Default: other masks in every call. */
  readonly seed?: number | undefined;
  /** Applies the batch statistics to the moving averages, in mode "train". Default false. */
  readonly updateMovingAverages?: boolean;
  /**
   * Paths of batch normalisations that use their moving averages in mode "train", as frozen ones do in a training step. Default
   * none.
   */
  readonly frozen?: readonly string[];
  /** Paths of the weights to differentiate with respect to; they may be frozen. Default: all trainable weights. */
  readonly weights?: readonly string[];
  /** Gates to differentiate with respect to (one set of gates per example). Default none. */
  readonly gates?: readonly GateSite[];
  /** Paths of layers for whose inputs the mean and the fraction of non-zero values are returned. Default none. */
  readonly inputStatistics?: readonly string[];
  /**
   * Parts that the minibatch is computed in, one after another, with gradients accumulated: memory holds the activations of one.
   * Batch normalisation normalises each part by its own statistics. Default 1.
   */
  readonly microBatches?: number;
}

/** The caller disposes everything. */
export type LossAndGradients = Omit<StepOutputs, "statistics">;

/**
 * Reads no values from the engine: labels that are no classes make the loss NaN, and `checkLabels` finds them. The model does
 * not change, except for its moving averages with `updateMovingAverages`.
 *
 * @throws TrainingError for a loss or a batch that does not fit the model, and for weights that the model does not have.
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

/** As `lossAndGradients`, but returns the batch statistics and leaves the moving averages unchanged. */
export function differentiate(model: tfl.LayersModel, batch: Batch, options: LossOptions): StepOutputs {
  const {
    mode = "train",
    dropout = mode === "train",
    gates = [],
    inputStatistics = [],
    frozen = [],
    microBatches = 1,
    seed,
  } = options;
  const loss = modelLoss(model, options.loss);
  checkBatch(model, batch, loss.losses);
  const weights = options.weights ?? [...trainableWeights(model).keys()];
  for (const path of weights) checkWeight(model, path);
  requireChannelsLast(model, inputStatistics);
  const step = stepFunction(model, {
    loss,
    mode,
    dropout,
    frozen,
    weights,
    gates,
    inputStatistics: [...new Set(inputStatistics)],
  });
  return withSeed(seed, () => accumulate(step, batch, microBatches));
}

function checkWeight(model: tfl.LayersModel, path: string): void {
  if (!modelGraph(model).weights.has(path)) throw new TrainingError(`the model has no weight "${path}"`);
  if (isMovingAverage(path)) throw new TrainingError(`"${path}" is a moving average: it has no gradient`);
}

function disposeStatistics(statistics: readonly BatchStatistics[]): void {
  for (const { mean, variance } of statistics) tf.dispose([mean, variance]);
}
