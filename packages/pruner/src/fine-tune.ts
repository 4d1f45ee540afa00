/** Trains the pruned model for the epochs of the schedule, as the options' `recovery` says. */
import {
  type Batches,
  fit,
  keepBest,
  type Optimizer,
  type Schedule,
  type WeightAverage,
  weightAverage,
  withTeacher,
} from "@secateur/training";
import { batchesOf } from "./data.ts";
import type { PruneEvent } from "./prune-event.ts";
import type { PruneLoopOptions } from "./prune-options.ts";
import type { PruneRun } from "./prune-run.ts";
import { distillationLoss } from "./recovery.ts";

/** Fine-tunes the run's model for the epochs of the schedule. */
export async function* fineTune(
  run: PruneRun,
  options: PruneLoopOptions,
  optimizer: Optimizer,
): AsyncGenerator<PruneEvent> {
  const { recovery = {} } = options;
  const { model } = run.graph;
  const average = recovery.ema === undefined ? undefined : weightAverage(model, { decay: recovery.ema });
  try {
    const training = train(run, options, recovery.optimizer ?? optimizer, average);
    const { earlyStopping } = recovery;
    const events =
      earlyStopping === undefined ? training : keepBest(model, training, { ...earlyStopping, average });
    for await (const event of events) yield { type: "fine-tune", training: event };
    if (earlyStopping === undefined) average?.copyTo(model);
  } finally {
    average?.dispose();
  }
}

function train(
  run: PruneRun,
  { data = [], loss, microBatches = 1, recovery = {} }: PruneLoopOptions,
  optimizer: Optimizer,
  average: WeightAverage | undefined,
): ReturnType<typeof fit> {
  const { epoch: startEpoch, schedule, original } = run;
  const epochs = startEpoch + schedule.fineTuneEpochs;
  const { stepsPerEpoch, schedule: factor } = recovery;
  const teacherLoss = distillationLoss(original.model, recovery);
  const batches = (epoch: number): Batches => {
    const labelled = batchesOf(data, epoch);
    return teacherLoss === null ? labelled : withTeacher(original.model, labelled);
  };
  return fit(run.graph.model, batches, {
    optimizer,
    epochs,
    startEpoch,
    loss: teacherLoss ?? loss,
    microBatches,
    average,
    ...(factor === undefined ? {} : { schedule: since(startEpoch / epochs, factor) }),
    ...(stepsPerEpoch === undefined ? {} : { stepsPerEpoch }),
  });
}

/** The schedule over the part of the training after `start`, 0..1. */
const since =
  (start: number, schedule: Schedule): Schedule =>
  (progress) =>
    schedule(Math.max(0, (progress - start) / (1 - start)));
