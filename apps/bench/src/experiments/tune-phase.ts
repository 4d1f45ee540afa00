/**
 * The fine-tuning of an experiment: the paper's step schedule, from the minibatch after the last removal to the end of the last
 * epoch. Epochs count from the one in which the pruning ended.
 */
import { createRandom } from "@secateur/base";
import { batchSize, trainStep } from "@secateur/training";
import type { Point } from "./checkpoint.ts";
import type { TuningPoint } from "./events.ts";
import type { Experiment } from "./experiment.ts";
import type { ScheduleContext, ScheduleEvent } from "./prune-phase.ts";

/** Points of the loss curve per epoch; each is also a checkpoint. */
const pointsPerEpoch = 8;

/** Trains `from.model`, which the caller disposes. */
export async function* tuneBySchedule(context: ScheduleContext, from: Point): AsyncGenerator<ScheduleEvent> {
  const { experiment, optimizer, stepsPerEpoch, training } = context;
  const { model, state } = from;
  const stride = Math.max(1, Math.floor(stepsPerEpoch / pointsPerEpoch));
  const end = state.epoch + experiment.training.epochs;
  for (let { epoch, batch } = from; epoch < end; epoch++, batch = 0) {
    optimizer.learningRate = learningRateAt(experiment, epoch - state.epoch);
    let sums = { loss: 0, accuracy: 0, steps: 0 };
    for await (const minibatch of training(epoch, batch)) {
      const microBatches = Math.min(context.microBatches, batchSize(minibatch));
      const seed = createRandom(epoch, batch).uint32();
      const options = { step: batch, seed, microBatches };
      const { loss, accuracy } = await trainStep(model, optimizer, minibatch, options);
      batch++;
      sums = { loss: sums.loss + loss, accuracy: sums.accuracy + accuracy, steps: sums.steps + 1 };
      yield { type: "step", loss };
      if (batch % stride !== 0) continue;
      const point: TuningPoint = {
        epoch: epoch + batch / stepsPerEpoch,
        learningRate: optimizer.learningRate,
        loss: sums.loss / sums.steps,
        accuracy: sums.accuracy / sums.steps,
      };
      sums = { loss: 0, accuracy: 0, steps: 0 };
      yield { type: "log", event: { type: "fine-tuning", point } };
      yield { type: "checkpoint", point: { phase: "tuning", model, state, epoch, batch } };
    }
  }
}

/** @param epoch - Since the start of the experiment. */
export function learningRateAt({ training }: Experiment, epoch: number): number {
  const { learningRate, decayFactor, decayEpochs } = training;
  return learningRate * decayFactor ** Math.floor(epoch / decayEpochs);
}

/** Steps that fine-tuning has left. */
export function tuningStepsLeft(
  { experiment, stepsPerEpoch }: ScheduleContext,
  { state, epoch, batch }: Point,
): number {
  return Math.max(0, (state.epoch + experiment.training.epochs - epoch) * stepsPerEpoch - batch);
}
