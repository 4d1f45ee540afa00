/** Trains a model for several epochs and yields an event per step and per epoch. */
import { createRandom } from "@secateur/base";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Batch, Batches } from "./batch.ts";
import { TrainingError } from "./errors.ts";
import type { LossOption } from "./losses/model-loss.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";
import { constant, type Schedule } from "./optimizers/schedule.ts";
import { type StepResult, type TrainStepOptions, trainStep } from "./train-step.ts";
import type { WeightAverage } from "./weight-average.ts";

/** Runs one training step and disposes the batch. */
export type TakeStep = (
  optimizer: Optimizer,
  batch: Batch,
  options: TrainStepOptions,
) => StepResult | Promise<StepResult>;

export interface FitOptions {
  readonly optimizer: Optimizer;
  readonly epochs: number;
  /** The first epoch to run, after a checkpoint. Default 0. */
  readonly startEpoch?: number;
  /** Multiplies the optimiser's learning rate. Default: constant. */
  readonly schedule?: Schedule;
  /** Batches per epoch; required by a schedule. Further batches of an epoch are not used. */
  readonly stepsPerEpoch?: number;
  /** A list of one loss per output for several outputs. Default: cross-entropy behind softmax, binary cross-entropy behind sigmoid. */
  readonly loss?: LossOption | undefined;
  /** Parts that each minibatch is computed in, as in `trainStep`: gradient accumulation. Default 1. */
  readonly microBatches?: number;
  /** With epoch and step, determines the masks of dropout and noise. Default 0. */
  readonly seed?: number;
  /** Runs a training step, for instance on a worker pool. Default: `trainStep`. */
  readonly takeStep?: TakeStep;
  /** Updated after every step; `average.copyTo(model)` uses it. */
  readonly average?: WeightAverage | undefined;
}

export type TrainingEvent =
  | {
      readonly type: "step";
      readonly epoch: number;
      /** Within the epoch, from 0. */
      readonly step: number;
      readonly loss: number;
      readonly accuracy: number;
      readonly learningRate: number;
    }
  /** Means over the steps of the epoch. */
  | { readonly type: "epoch"; readonly epoch: number; readonly loss: number; readonly accuracy: number };

/**
 * @param data - Returns the batches of an epoch; each is disposed. Continuing from a checkpoint is reproducible if they depend
 *   only on the epoch.
 * @throws TrainingError for a schedule without `stepsPerEpoch`, or an epoch without batches; and as `trainStep`.
 *
 * @example for await (const event of fit(model, data, { epochs: 10, optimizer })) if (event.type === "epoch") console.log(event);
 */
export async function* fit(
  model: tfl.LayersModel,
  data: (epoch: number) => Batches,
  options: FitOptions,
): AsyncGenerator<TrainingEvent> {
  const { optimizer, epochs, startEpoch = 0, schedule = constant(), stepsPerEpoch } = options;
  if (stepsPerEpoch === undefined && options.schedule !== undefined) {
    throw new TrainingError(
      "a schedule needs stepsPerEpoch to compute the progress: pass the number of batches per epoch",
    );
  }
  const { learningRate } = optimizer;
  try {
    for (let epoch = startEpoch; epoch < epochs; epoch++) {
      const rate = (step: number): number =>
        learningRate * schedule((epoch + step / (stepsPerEpoch ?? 1)) / epochs);
      yield* fitEpoch(model, data(epoch), epoch, rate, options);
    }
  } finally {
    optimizer.learningRate = learningRate;
  }
}

async function* fitEpoch(
  model: tfl.LayersModel,
  batches: Batches,
  epoch: number,
  rate: (step: number) => number,
  options: FitOptions,
): AsyncGenerator<TrainingEvent> {
  const { optimizer, stepsPerEpoch = Number.POSITIVE_INFINITY, loss, microBatches = 1, seed = 0 } = options;
  const stepOptions = { microBatches, ...(loss === undefined ? {} : { loss }) };
  const takeStep: TakeStep = options.takeStep ?? ((...args) => trainStep(model, ...args));
  let step = 0;
  let sums = { loss: 0, accuracy: 0 };
  for await (const batch of batches) {
    optimizer.learningRate = rate(step);
    const ofMasks = createRandom(seed, epoch, step).uint32();
    const result = await takeStep(optimizer, batch, { ...stepOptions, step, seed: ofMasks });
    options.average?.update();
    sums = { loss: sums.loss + result.loss, accuracy: sums.accuracy + result.accuracy };
    yield { type: "step", epoch, step, ...result, learningRate: optimizer.learningRate };
    step++;
    if (step >= stepsPerEpoch) break;
  }
  if (step === 0)
    throw new TrainingError(`epoch ${epoch} has no batches: data(${epoch}) must return at least one`);
  yield { type: "epoch", epoch, loss: sums.loss / step, accuracy: sums.accuracy / step };
}
