/**
 * The paper's loop (Molchanov et al., CVPR 2019, arXiv 1906.10771, section 3.4): train, and score every minibatch on
 * the way; every `frequency` minibatches remove the lowest units of the whole network; stop at the budget; fine-tune.
 * Units are cut out for real, from the model and from the optimiser's state, so that training gets faster as it goes.
 */

import { caveats, scoreMinibatch, stepOptionsFor } from "@secateur/criteria";
import { disposeModel } from "@secateur/model-graph";

import {
  type Batch,
  type Batches,
  batchSize,
  disposeBatch,
  fit,
  type Optimizer,
  type StepResult,
  sgd,
  trainStep,
} from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { isMet } from "./budget.ts";
import { PrunerError } from "./errors.ts";
import type { PruneEvent } from "./prune-event.ts";
import type { PruneOptions } from "./prune-options.ts";
import { type PruneRun, removal, startRun } from "./prune-run.ts";

/**
 * Prune a copy of `model`, step by step. The last event is "done" with the smaller model.
 * Throws `BudgetError`, `NonFiniteLossError`, and what criterion and surgery throw.
 *
 * @example
 * for await (const event of prune(model, { criterion: criteria.taylorGate(), data, budget: { macs: 0.5 } })) {
 *   if (event.type === "removal") console.log(event.left);
 * }
 */
export async function* prune(model: tfl.LayersModel, options: PruneOptions): AsyncGenerator<PruneEvent> {
  const optimizer = options.optimizer ?? sgd({ learningRate: 1e-3, momentum: 0.9 });
  const run = startRun(model, options);
  let isDone = false;
  try {
    yield* pruneToBudget(run, options, optimizer);
    yield* fineTune(run, options, optimizer);
    isDone = true;
    yield { type: "done", model: run.graph.model, plan: run.plan, left: run.left() };
  } finally {
    if (!isDone) disposeModel(run.graph.model);
    if (options.optimizer === undefined) optimizer.dispose();
  }
}

async function* pruneToBudget(
  run: PruneRun,
  options: PruneOptions,
  optimizer: Optimizer,
): AsyncGenerator<PruneEvent> {
  const { criterion, onWarning = console.warn } = options;
  for (const warning of caveats(run.graph, [criterion])) onWarning(warning);
  while (!isMet(run.left(), run.target)) {
    yield* pruneEpoch(run, options, optimizer);
    run.epoch++;
    run.batch = 0;
  }
}

async function* fineTune(
  run: PruneRun,
  { data, schedule = {}, loss }: PruneOptions,
  optimizer: Optimizer,
): AsyncGenerator<PruneEvent> {
  const epochs = run.epoch + (schedule.fineTuneEpochs ?? 0);
  const options = { epochs, startEpoch: run.epoch, optimizer, ...(loss === undefined ? {} : { loss }) };
  for await (const training of fit(run.graph.model, data, options)) {
    yield { type: "fine-tune", training };
  }
}

/** One epoch, or what is left of it until the budget is met. */
async function* pruneEpoch(
  run: PruneRun,
  options: PruneOptions,
  optimizer: Optimizer,
): AsyncGenerator<PruneEvent> {
  const { data, schedule = {} } = options;
  for await (const batch of untouched(data(run.epoch), run)) {
    yield { type: "step", step: ++run.step, ...observedStep(run, options, optimizer, batch) };
    if (run.step % (schedule.frequency ?? 30) === 0) yield await removal(run, schedule, optimizer);
    if (isMet(run.left(), run.target)) break;
  }
}

/** The epoch's batches after those that were used before a checkpoint; counts them. Throws when there are none at all. */
async function* untouched(batches: Batches, run: PruneRun): AsyncGenerator<Batch> {
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

/** One training step whose gradients the criterion sees before the weights change. */
function observedStep(
  run: PruneRun,
  { criterion, seed = 0, loss }: PruneOptions,
  optimizer: Optimizer,
  batch: Batch,
): StepResult {
  const lossOptions = loss === undefined ? {} : { loss };
  return trainStep(run.graph.model, optimizer, batch, {
    ...lossOptions,
    step: run.step,
    ...stepOptionsFor(run.graph, [criterion]),
    observe: (step) => {
      const options = { mode: "train", minibatch: run.step, seed, ...lossOptions } as const;
      const scores = scoreMinibatch(run.graph, [criterion], batch, step, options);
      run.scores.add(scores.get(criterion.name) ?? new Map(), batchSize(batch));
    },
  });
}
