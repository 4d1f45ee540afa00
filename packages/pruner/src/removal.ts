/** One removal of the pruning loop: cuts the lowest units out of the model, the optimiser's state and the running scores. */
import { equalScoresWarning, type Scores } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel, type InputShape } from "@secateur/model-graph";
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
import { compensateRemoval } from "./compensate-removal.ts";
import { BudgetError } from "./errors.ts";
import { type Breach, type Guard, guardedValue } from "./guard.ts";
import { compensateSettings } from "./keep-inputs.ts";
import { takeLowest } from "./lowest-units.ts";
import type { PruneEvent } from "./prune-event.ts";
import type { PruneLoopOptions } from "./prune-options.ts";
import { limitsNow, type PruneRun } from "./prune-run.ts";
import { remainingOf } from "./remaining.ts";
import { removeUnits } from "./remove-units.ts";
import { takenUnits } from "./taken-units.ts";

export async function removal(
  run: PruneRun,
  optimizer: Optimizer,
  { criterion, verify = "always", guard, compensate, inputShape, seed = 0 }: PruneLoopOptions,
): Promise<PruneEvent> {
  const before = run.graph;
  const scores = run.scores.blend();
  const equal = equalScoresWarning(criterion.name, scores);
  if (equal !== null) run.warnings.warn(equal);
  const plan = nextPlan(run, scores, inputShape);
  const isVerified = verify === "always" || (verify === "first" && run.removals === 0);
  const { model: cut, proof } = await removeUnits(
    before,
    plan,
    isVerified,
    inputShape ?? run.inputs.inputShape(),
  );
  const settings = { ...compensateSettings(compensate), seed };
  const { model, compensation } = await compensateRemoval(before, cut, plan, run.inputs, settings);
  const removed = Object.values(plan.remove).reduce((n, units) => n + units.length, 0);
  const metric = await guardedValue(guard, model).catch((error: unknown) => {
    disposeModel(model);
    throw error;
  });
  if (guard !== undefined && metric !== null && !(metric >= guard.atLeast)) {
    disposeModel(model);
    return refuse(run, guard, { value: metric, atLeast: guard.atLeast, units: removed });
  }
  const kept = keptIndices(before, plan);
  optimizer.rewrite((name, tensor) => gatherKept(tensor, name, kept));
  run.plan = composePlans(run.original, run.plan, before, plan);
  run.graph = buildDependencyGraph(model, { rules: run.rules });
  run.left = remainingOf(run.graph, { inputShape }).amounts();
  run.scores.carry(before, plan, run.graph);
  run.proof = worse(run.proof, proof);
  run.compensation = compensation;
  run.removals++;
  disposeModel(before.model);
  const { epoch, batch, step, removals, left, slowedTo } = run;
  const state = { epoch, batch, step, removals, plan: run.plan, scores: run.scores.toJson(), slowedTo };
  return { type: "removal", removed, left, model, proof, compensation, metric, state };
}

/** Model, optimiser and plan change only after the guard has accepted a removal, so there is nothing to undo. */
function refuse(run: PruneRun, { onBreach = "stop" }: Guard, breach: Breach): PruneEvent {
  const fewer = Math.floor(Math.min(breach.units, unitsPerRemoval(run)) / 2);
  const goesOn = onBreach === "slow" && fewer > 0;
  if (goesOn) run.slowedTo = fewer;
  else run.stoppedBy = breach;
  return { type: "breach", ...breach, unitsPerRemoval: goesOn ? fewer : null };
}

const unitsPerRemoval = ({ schedule, slowedTo }: PruneRun): number =>
  Math.min(schedule.unitsPerRemoval, slowedTo ?? schedule.unitsPerRemoval);

/** The lowest units by the running scores, at most `unitsPerRemoval`. */
function nextPlan(run: PruneRun, scores: Scores, inputShape: InputShape | undefined): Plan {
  const { graph, target } = run;
  const limits = limitsNow(run);
  const taken = takenUnits(remainingOf(graph, { inputShape }), limits);
  const isEnough = (): boolean => taken.count() >= unitsPerRemoval(run) || isMet(taken.left(), target);
  takeLowest(graph, scores, taken, limits.roundTo, isEnough);
  if (taken.count() > 0) return createPlan(graph, taken.byGroup);
  throw new BudgetError(
    `the selection lets nothing more be removed, and the budget is not met: ${JSON.stringify(run.left)} are left, ` +
      `at most ${JSON.stringify(target)} should be. Ask for less, or let the selection remove more`,
  );
}

const worse = (a: Verification | null, b: Verification | null): Verification | null =>
  a === null || (b !== null && b.relativeError > a.relativeError) ? b : a;
