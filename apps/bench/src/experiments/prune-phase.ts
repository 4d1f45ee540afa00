/**
 * The pruning of an experiment: the paper's loop (Molchanov et al. 2019, arXiv 1906.10771) with the experiment's gates and
 * schedule, until its budget is met.
 */
import { criterionTable } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import {
  type Amounts,
  type Budget,
  type PruneLoopOptions,
  type PruneState,
  prune,
  remainingOf,
} from "@secateur/pruner";
import type { Batches, Optimizer } from "@secateur/training";
import type { Point } from "./checkpoint.ts";
import type { ExperimentEvent, Removal } from "./events.ts";
import type { Experiment } from "./experiment.ts";

/** What the phases of an experiment share. */
export interface ScheduleContext {
  readonly experiment: Experiment;
  /** Of the unpruned network. */
  readonly graph: DependencyGraph;
  readonly optimizer: Optimizer;
  /** Parts that a minibatch is computed in. */
  readonly microBatches: number;
  /** The minibatches of an epoch without the first `skip`. */
  readonly training: (epoch: number, skip?: number) => Batches;
  readonly stepsPerEpoch: number;
}

export type ScheduleEvent =
  | { readonly type: "step"; readonly loss: number }
  | { readonly type: "log"; readonly event: ExperimentEvent }
  /** A point to continue from; its network is valid until the next event. */
  | { readonly type: "checkpoint"; readonly point: Point };

/** @param from - A point of this phase; null is the start. Its network is not disposed. */
export async function* pruneBySchedule(
  context: ScheduleContext,
  from: Point | null,
): AsyncGenerator<ScheduleEvent, Point> {
  const { graph } = context;
  const resume = from === null ? {} : { resume: { state: from.state, model: from.model } };
  let state: PruneState | null = from?.state ?? null;
  const original = remainingOf(graph).amounts();
  let losses: number[] = [];
  for await (const event of prune(graph.model, { ...loopOptions(context), ...resume })) {
    if (event.type === "step") {
      losses.push(event.loss);
      yield { type: "step", loss: event.loss };
    } else if (event.type === "removal") {
      ({ state } = event);
      const loss = losses.reduce((sum, each) => sum + each, 0) / losses.length;
      const removal = { ...countsOf(context.experiment, state), ...sharesOf(event.left, original), loss };
      yield { type: "log", event: { type: "removal", removal } };
      losses = [];
      const { epoch, batch } = state;
      yield { type: "checkpoint", point: { phase: "pruning", model: event.model, state, epoch, batch } };
    } else if (event.type === "done" && state !== null) {
      const { epoch, batch } = state;
      return { phase: "pruned", model: event.model, state, epoch, batch };
    }
  }
  throw new Error("the pruning loop ended without a removal");
}

function loopOptions(context: ScheduleContext): PruneLoopOptions {
  const { experiment, optimizer, microBatches, training } = context;
  const { gates, pruning } = experiment;
  const { frequency, firstRemoval, unitsPerRemoval, scoreMomentum, groupSize } = pruning;
  return {
    criterion: criterionTable[gates.criterion](0),
    data: (epoch) => training(epoch),
    budget: budgetOf(experiment),
    schedule: { frequency, firstRemoval, unitsPerRemoval, scoreMomentum },
    selection: { exclude: gates.exclude, roundTo: groupSize },
    optimizer,
    microBatches,
    onWarning: () => undefined,
  };
}

function budgetOf({ pruning: { budget }, paper }: Experiment): Budget {
  return "units" in budget
    ? { count: budget.units }
    : { macs: 1 - budget.gmacs / Number(paper.unpruned?.gmacs) };
}

function countsOf(
  { gates }: Experiment,
  { step, removals, plan }: PruneState,
): Pick<Removal, "step" | "removals" | "removed" | "gatesLeft"> {
  const removed = Object.values(plan.remove).reduce((n, units) => n + units.length, 0);
  return { step, removals, removed, gatesLeft: 1 - removed / gates.units };
}

function sharesOf(left: Amounts, original: Amounts): Pick<Removal, "macsLeft" | "parametersLeft"> {
  return {
    macsLeft: Number(left.macs) / Number(original.macs),
    parametersLeft: left.parameters / original.parameters,
  };
}
