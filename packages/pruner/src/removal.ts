/** One removal of the pruning loop: cuts the lowest units out of the model, the optimiser's state and the running scores. */
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import {
  composePlans,
  createPlan,
  gatherKept,
  keptIndices,
  type Plan,
  type Verification,
} from "@secateur/surgery";
import type { Optimizer } from "@secateur/training";
import { isMet } from "./budget.ts";
import { BudgetError } from "./errors.ts";
import { takeLowest } from "./lowest-units.ts";
import type { PruneEvent } from "./prune-event.ts";
import type { PruneOptions } from "./prune-options.ts";
import { limitsNow, type PruneRun } from "./prune-run.ts";
import { remainingOf } from "./remaining.ts";
import { removeUnits } from "./remove-units.ts";
import { takenUnits } from "./taken-units.ts";

export async function removal(
  run: PruneRun,
  optimizer: Optimizer,
  verify: PruneOptions["verify"],
): Promise<PruneEvent> {
  const before = run.graph;
  const plan = nextPlan(run);
  const isVerified = verify === "always" || (verify === "first" && run.removals === 0);
  const { model, proof } = await removeUnits(before, plan, isVerified);
  const kept = keptIndices(before, plan);
  optimizer.rewrite((name, tensor) => gatherKept(tensor, name, kept));
  run.plan = composePlans(run.original, run.plan, before, plan);
  run.graph = buildDependencyGraph(model, { rules: run.rules });
  run.left = remainingOf(run.graph).amounts();
  run.scores.carry(before, plan, run.graph);
  run.proof = worse(run.proof, proof);
  run.removals++;
  disposeModel(before.model);
  const { epoch, batch, step, removals, left } = run;
  const state = { epoch, batch, step, removals, plan: run.plan, scores: run.scores.toJson() };
  const removed = Object.values(plan.remove).reduce((n, units) => n + units.length, 0);
  return { type: "removal", removed, left, model, proof, state };
}

/** The lowest units by the running scores, at most `unitsPerRemoval`. */
function nextPlan(run: PruneRun): Plan {
  const { graph, schedule, target } = run;
  const limits = limitsNow(run);
  const taken = takenUnits(remainingOf(graph), limits);
  const isEnough = (): boolean => taken.count() >= schedule.unitsPerRemoval || isMet(taken.left(), target);
  takeLowest(graph, run.scores.blend(), taken, limits.roundTo, isEnough);
  if (taken.count() > 0) return createPlan(graph, taken.byGroup);
  throw new BudgetError(
    `the selection lets nothing more be removed, and the budget is not met: ${JSON.stringify(run.left)} are left, ` +
      `at most ${JSON.stringify(target)} should be. Ask for less, or let the selection remove more`,
  );
}

const worse = (a: Verification | null, b: Verification | null): Verification | null =>
  a === null || (b !== null && b.relativeError > a.relativeError) ? b : a;
