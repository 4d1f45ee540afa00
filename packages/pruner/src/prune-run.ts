/** The state of the pruning loop, and its one big move: cut the lowest units out and carry everything along. */

import {
  buildDependencyGraph,
  type DependencyGraph,
  type LayerRules,
  layerRules,
} from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import {
  applyPlan,
  composePlans,
  createPlan,
  gatherKept,
  keptIndices,
  type Plan,
  verifyPlan,
} from "@secateur/surgery";
import type { Optimizer } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Amounts, isMet, targetOf } from "./budget.ts";
import { BudgetError, PrunerError } from "./errors.ts";
import type { PruneEvent } from "./prune-event.ts";
import type { PruneOptions, PruneSchedule } from "./prune-options.ts";
import { remainingOf } from "./remaining.ts";
import { type RunningScores, runningScores } from "./running-scores.ts";
import { takeLowest } from "./select-units.ts";

/** The loop's state; the graph carries the model as it is now. */
export interface PruneRun {
  readonly original: DependencyGraph;
  readonly target: Amounts;
  readonly scores: RunningScores;
  readonly rules: LayerRules;
  graph: DependencyGraph;
  plan: Plan;
  epoch: number;
  batch: number;
  step: number;
  removals: number;
  readonly left: () => Amounts;
}

export function startRun(
  model: tfl.LayersModel,
  { budget, schedule = {}, rules = layerRules, resume }: PruneOptions,
): PruneRun {
  const original = buildDependencyGraph(model, { rules });
  const target = targetOf(budget, remainingOf(original).amounts());
  if (resume !== undefined) checkGroups(original, resume.state.plan);
  const start = resume?.model ?? model;
  const startGraph = buildDependencyGraph(start, { rules });
  const copy = applyPlan(start, createPlan(startGraph, []), { graph: startGraph });
  const graph = buildDependencyGraph(copy, { rules });
  const {
    epoch = 0,
    batch = 0,
    step = 0,
    removals = 0,
    plan = createPlan(original, []),
    scores = {},
  } = resume?.state ?? {};
  const known = new Map(Object.entries(scores).map(([id, values]) => [id, Float32Array.from(values)]));
  const run: PruneRun = {
    original,
    target,
    scores: runningScores(schedule.scoreMomentum ?? 0.9, known),
    rules,
    graph,
    plan,
    epoch,
    batch,
    step,
    removals,
    left: () => remainingOf(run.graph).amounts(),
  };
  if (resume !== undefined && isMet(run.left(), run.target)) {
    run.epoch++; // as the loop does when the budget is met
    run.batch = 0;
  }
  return run;
}

/** A checkpoint of another model, or made with other rules, would be found out at the next removal only. */
function checkGroups({ groups }: DependencyGraph, { remove }: Plan): void {
  const unknown = Object.keys(remove).find((id) => groups.every((group) => group.id !== id));
  if (unknown === undefined) return;
  throw new PrunerError(
    `the checkpoint removes units of "${unknown}", which the model does not have: go on with the model and the rules that it was begun with`,
  );
}

/** Cut the lowest units out of the model and of the optimiser's state. */
export async function removal(
  run: PruneRun,
  schedule: PruneSchedule,
  optimizer: Optimizer,
): Promise<PruneEvent> {
  const { floor = 1, check = "always" } = schedule;
  const all = run.original.groups.reduce((n, { unitCount }) => n + unitCount, 0);
  const { unitsPerRemoval = Math.max(1, Math.round(all / 20)) } = schedule;
  const before = run.graph;
  const enough = (left: Amounts, taken: number): boolean =>
    taken >= unitsPerRemoval || isMet(left, run.target);
  const taken = takeLowest(before, run.scores.blend(), remainingOf(before), floor, enough);
  const plan = createPlan(before, taken);
  const removed = Object.values(plan.remove).reduce((n, units) => n + units.length, 0);
  if (removed === 0) {
    throw new BudgetError(
      `nothing more can be removed with ${floor} channels kept in every layer, and the budget is not met: ` +
        `left are ${JSON.stringify(run.left())}. Ask for less, or lower the floor`,
    );
  }
  const smaller = applyPlan(before.model, plan, { graph: before });
  const checked = check === "always" || (check === "first" && run.removals === 0);
  const proof = checked ? await verifyPlan(before.model, plan, { graph: before, smaller }) : null;
  const kept = keptIndices(before, plan);
  optimizer.rewrite((name, tensor) => gatherKept(tensor, name, kept));
  run.plan = composePlans(run.original, run.plan, before, plan);
  run.graph = buildDependencyGraph(smaller, { rules: run.rules });
  run.scores.carry(before, plan, run.graph);
  run.removals++;
  disposeModel(before.model);
  const { epoch, batch, step, removals } = run;
  const state = { epoch, batch, step, removals, plan: run.plan, scores: run.scores.toJson() };
  return {
    type: "removal",
    removed,
    left: run.left(),
    model: smaller,
    relativeError: proof?.relativeError ?? null,
    state,
  };
}
