/**
 * The paper's loop (Molchanov et al., CVPR 2019, arXiv 1906.10771, section 3.4): train, and score every minibatch; every
 * `frequency` minibatches remove the lowest units of the whole network; stop at the budget, or where a guard says so; fine-tune. Units are cut out of
 * the model and of the optimiser's state, so that training gets faster as the model shrinks.
 */
import { createRandom } from "@secateur/base";
import {
  caveats,
  type ObserveOptions,
  scoreMinibatch,
  scoringStep,
  stepOptionsFor,
} from "@secateur/criteria";
import { disposeModel } from "@secateur/model-graph";
import {
  type Batch,
  type Batches,
  batchSize,
  disposeBatch,
  type LossAndGradients,
  type Optimizer,
  type StepResult,
  sgd,
  type TrainStepOptions,
  trainStep,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { isMet } from "./budget.ts";
import { batchesOf } from "./data.ts";
import { PrunerError } from "./errors.ts";
import { fineTune } from "./fine-tune.ts";
import type { PruneEvent } from "./prune-event.ts";
import type { PruneLoopOptions } from "./prune-options.ts";
import { type PruneRun, startRun } from "./prune-run.ts";
import { removal } from "./removal.ts";
import { uncountedWarnings } from "./uncounted-macs.ts";

/**
 * Prunes a copy of `model` step by step. The last event is "done" with the smaller model.
 *
 * @throws BudgetError, before any training, where pinned channels or the selection leave too little to remove;
 *   NonFiniteLossError; RemovalMismatchError where a proof fails; and what the criterion throws. Nothing is leaked then.
 *
 * @example
 * for await (const event of prune(model, { criterion: criteria.taylorGate(), data, budget: { macs: 0.5 } })) {
 *   if (event.type === "removal") console.log(event.left);
 * }
 */
export async function* prune(model: tfl.LayersModel, options: PruneLoopOptions): AsyncGenerator<PruneEvent> {
  const optimizer = options.optimizer ?? sgd({ learningRate: 1e-3, momentum: 0.9 });
  const run = startRun(model, options);
  let isDone = false;
  try {
    yield* pruneToBudget(run, options, optimizer);
    yield* fineTune(run, options, optimizer);
    isDone = true;
    const { graph, plan, originalAmounts: original, left, proof, compensation, stoppedBy } = run;
    const result = { plan, original, left, proof, compensation, latency: null, warnings: run.warnings.list };
    yield { type: "done", model: graph.model, ...result, stoppedBy };
  } finally {
    if (!isDone) disposeModel(run.graph.model);
    run.inputs.dispose();
    if (options.optimizer === undefined) optimizer.dispose();
  }
}

async function* pruneToBudget(
  run: PruneRun,
  options: PruneLoopOptions,
  optimizer: Optimizer,
): AsyncGenerator<PruneEvent> {
  const messages = [...uncountedWarnings(run.original), ...caveats(run.graph, [options.criterion])];
  for (const warning of messages) run.warnings.warn(warning);
  while (!isOver(run)) {
    yield* pruneEpoch(run, options, optimizer);
    run.epoch++;
    run.batch = 0;
  }
}

/** One epoch, or what is left of it until the budget is met. */
async function* pruneEpoch(
  run: PruneRun,
  options: PruneLoopOptions,
  optimizer: Optimizer,
): AsyncGenerator<PruneEvent> {
  for await (const batch of unusedBatches(batchesOf(options.data ?? [], run.epoch), run)) {
    yield { type: "step", step: ++run.step, ...(await scoredStep(run, options, optimizer, batch)) };
    if (isTimeToRemove(run)) yield await removal(run, optimizer, options);
    if (isOver(run)) break;
  }
}

function isTimeToRemove({ step, schedule: { frequency, firstRemoval } }: PruneRun): boolean {
  return step >= firstRemoval && (step - firstRemoval) % frequency === 0;
}

const isOver = ({ left, target, stoppedBy }: PruneRun): boolean => stoppedBy !== null || isMet(left, target);

/** Counts the epoch's batches and skips those that were used before a checkpoint. Throws when there are none at all. */
async function* unusedBatches(batches: Batches, run: PruneRun): AsyncGenerator<Batch> {
  let count = 0;
  for await (const batch of batches) {
    if (count++ < run.batch) {
      disposeBatch(batch);
      continue;
    }
    run.batch = count;
    yield batch;
  }
  if (count === 0) throw new PrunerError(`epoch ${run.epoch} has no batches`);
}

/**
 * One training step, scored before the weights change. In mode "train" the criterion reads the training step itself; in
 * mode "eval" it takes another one.
 */
async function scoredStep(
  run: PruneRun,
  { criterion, mode = "train", seed = 0, loss, microBatches = 1 }: PruneLoopOptions,
  optimizer: Optimizer,
  batch: Batch,
): Promise<StepResult> {
  const { graph } = run;
  run.inputs.add(batch);
  let isTrained = false; // `trainStep` disposes the batch
  const scoring: ObserveOptions = { mode, minibatch: run.step, seed, loss, microBatches };
  const observe = async (step: LossAndGradients | null): Promise<void> => {
    const scores = await scoreMinibatch(graph, [criterion], batch, step, scoring);
    run.scores.add(scores.get(criterion.name) ?? new Map(), batchSize(batch));
  };
  const ofMasks = createRandom(seed, run.step).uint32();
  const options = { loss, step: run.step, seed: ofMasks, microBatches };
  const train = (more: Partial<TrainStepOptions>): Promise<StepResult> => {
    isTrained = true;
    return trainStep(graph.model, optimizer, batch, { ...options, ...more });
  };
  try {
    if (mode === "train") return await train({ ...stepOptionsFor(graph, [criterion]), observe });
    const step = scoringStep(graph, [criterion], batch, scoring);
    try {
      await observe(step);
    } finally {
      tf.dispose({ ...step });
    }
    return await train({});
  } finally {
    if (!isTrained) disposeBatch(batch);
  }
}
