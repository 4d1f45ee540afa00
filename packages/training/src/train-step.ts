/** One training step: loss, gradients, optimiser. */
import { trainableWeights } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, batchSize, disposeBatch } from "./batch.ts";
import { NonFiniteLossError } from "./errors.ts";
import { frozenNormalizations, moveAverages } from "./forward/batch-normalization.ts";
import { notFinite, scalars } from "./gradients/finite.ts";
import type { GateSite } from "./gradients/gates.ts";
import { differentiate, type LossAndGradients } from "./gradients/loss-and-gradients.ts";
import { checkLabels } from "./losses/check-labels.ts";
import type { LossOption } from "./losses/model-loss.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";

export interface TrainStepOptions {
  /** A list of one loss per output for several outputs. Default: cross-entropy behind softmax, binary cross-entropy behind sigmoid. */
  readonly loss?: LossOption | undefined;
  /** Index of the step, for error messages. Default 0. */
  readonly step?: number;
  /** Determines the masks of dropout and noise; a step needs one of its own. Default: other masks in every call. */
  readonly seed?: number | undefined;
  /** Called with loss and gradients, and awaited, before the weights change. The tensors are disposed after the step. */
  readonly observe?: (observed: LossAndGradients) => void | Promise<void>;
  /** Gates whose gradients `observed.gates` holds. Default none. */
  readonly gates?: readonly GateSite[];
  /** Paths of the layers whose input statistics `observed.inputStatistics` holds. Default none. */
  readonly inputStatistics?: readonly string[];
  /** Paths of frozen weights whose gradients `observed.gradients` holds as well. Default none. */
  readonly weights?: readonly string[];
  /**
   * Parts that the minibatch is computed in, one after another: gradient accumulation. `observed` and the moving averages are
   * those of the whole minibatch; batch normalisation normalises each part by its own statistics. Default 1.
   */
  readonly microBatches?: number;
}

export interface StepResult {
  /** Mean loss of the minibatch before the step. */
  readonly loss: number;
  /** Fraction of correct predictions before the step, 0..1; NaN if the loss does not define it. */
  readonly accuracy: number;
}

/**
 * Updates weights and moving averages once, and disposes the batch. Frozen layers do not change: their batch normalisation uses
 * the moving averages.
 *
 * @throws NonFiniteLossError if the loss, an input, a gradient or a batch statistic is NaN or infinite. Weights, moving averages and optimiser are then unchanged.
 * @throws TrainingError for a loss or a batch that does not fit the model.
 *
 * @example const { loss } = await trainStep(model, optimizer, { xs: images, ys: classes });
 */
export async function trainStep(
  model: tfl.LayersModel,
  optimizer: Optimizer,
  batch: Batch,
  {
    loss: lossOption,
    step = 0,
    seed,
    observe,
    gates = [],
    inputStatistics = [],
    weights = [],
    microBatches = 1,
  }: TrainStepOptions = {},
): Promise<StepResult> {
  const disposables: tf.TensorContainer[] = [];
  try {
    const trained = trainableWeights(model);
    const { statistics, ...observed } = differentiate(model, batch, {
      ...(lossOption === undefined ? {} : { loss: lossOption }),
      weights: [...new Set([...trained.keys(), ...weights])],
      frozen: frozenNormalizations(model),
      gates,
      inputStatistics,
      microBatches,
      seed,
    });
    disposables.push({ ...observed });
    disposables.push(statistics.flatMap(({ mean, variance }) => [mean, variance]));
    const [loss = Number.NaN, correct = 0] = await scalars(observed.loss, observed.correct);
    if (!Number.isFinite(loss)) {
      await checkLabels(model, batch, lossOption);
      throw new NonFiniteLossError(loss, step, await notFinite(batch, { ...observed, statistics }));
    }
    await observe?.(observed);
    moveAverages(statistics);
    optimizer.apply(trained, observed.gradients);
    return { loss, accuracy: correct / batchSize(batch) };
  } finally {
    tf.dispose(disposables);
    disposeBatch(batch);
  }
}
