/** The state of the pruning loop. */
import type { CompensationReport } from "@secateur/compensation";
import {
  buildDependencyGraph,
  type DependencyGraph,
  type LayerRules,
  layerRules,
} from "@secateur/dependency-graph";
import { cloneModel } from "@secateur/model-graph";
import { createPlan, type Plan, traceUnits, unitsToRemove, type Verification } from "@secateur/surgery";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Amounts, isMet, targetOf } from "./budget.ts";
import { checkLoopOptions } from "./check-loop-options.ts";
import { PrunerError } from "./errors.ts";
import type { Breach } from "./guard.ts";
import { inputLimit, type KeptInputs, keepInputs } from "./keep-inputs.ts";
import type { PruneState } from "./prune-event.ts";
import type { PruneLoopOptions, PruneSchedule } from "./prune-options.ts";
import { checkRecovery } from "./recovery.ts";
import { remainingOf } from "./remaining.ts";
import { type RunningScores, runningScores } from "./running-scores.ts";
import { requireReachable } from "./select-units.ts";
import { type Limits, limitsOf } from "./selection.ts";
import { recordWarnings, type Warnings } from "./warnings.ts";

export interface PruneRun {
  readonly original: DependencyGraph;
  readonly originalAmounts: Amounts;
  readonly target: Amounts;
  /** Limits of the original model. */
  readonly limits: Limits;
  readonly schedule: Required<PruneSchedule>;
  readonly scores: RunningScores;
  readonly rules: LayerRules;
  /** Graph of the current, smaller model. */
  graph: DependencyGraph;
  left: Amounts;
  /** Everything removed so far, for the original model. */
  plan: Plan;
  /** The verification with the largest error so far; null if no removal was verified. */
  proof: Verification | null;
  epoch: number;
  batch: number;
  step: number;
  removals: number;
  /** Units per removal since the guard slowed the pruning; null if it has not. */
  slowedTo: number | null;
  /** The refused removal that ended the pruning; null while it goes on. */
  stoppedBy: Breach | null;
  /** Inputs since the last removal, for the refit after the next one. */
  readonly inputs: KeptInputs;
  readonly warnings: Warnings;
  /** The report of the last refit; null if there was none. */
  compensation: CompensationReport | null;
}

/** Throws `BudgetError` where the budget cannot be met, and `PrunerError` for an invalid option, before any training. */
export function startRun(model: tfl.LayersModel, options: PruneLoopOptions): PruneRun {
  checkLoopOptions(options);
  const { budget, selection, inputShape, rules = layerRules, resume } = options;
  const original = buildDependencyGraph(model, { rules });
  const originalAmounts = remainingOf(original, { inputShape }).amounts();
  const schedule = scheduleOf(options.schedule, originalAmounts);
  checkFineTuning(model, options, schedule.fineTuneEpochs);
  requireReachable(original, { budget, selection, inputShape });
  if (resume !== undefined) checkGroups(original, resume.state.plan);
  const state = resume?.state;
  const savedScores = Object.entries(state?.scores ?? {});
  const graph = buildDependencyGraph(cloneModel(resume?.model ?? model), { rules });
  const run: PruneRun = {
    original,
    originalAmounts,
    target: targetOf(budget, originalAmounts),
    limits: limitsOf(original, selection),
    schedule,
    scores: runningScores(
      schedule.scoreMomentum,
      new Map(savedScores.map(([id, values]) => [id, Float32Array.from(values)])),
    ),
    rules,
    graph,
    left: remainingOf(graph, { inputShape }).amounts(),
    plan: state?.plan ?? createPlan(original, []),
    proof: null,
    ...progressOf(state),
    stoppedBy: null,
    inputs: keepInputs(inputLimit(model, options, false)),
    warnings: recordWarnings(options.onWarning),
    compensation: null,
  };
  if (resume !== undefined && isMet(run.left, run.target)) {
    // The checkpoint was written before the loop advanced the epoch; do it here.
    run.epoch++;
    run.batch = 0;
  }
  return run;
}

function checkFineTuning(
  model: tfl.LayersModel,
  { data, recovery }: PruneLoopOptions,
  fineTuneEpochs: number,
): void {
  if (fineTuneEpochs > 0 && typeof data !== "function")
    throw new PrunerError(
      "fine-tuning needs data as a function (epoch) => batches: batches are disposed after use",
    );
  if (recovery !== undefined) checkRecovery(model, recovery, fineTuneEpochs);
}

type Progress = Pick<PruneRun, "epoch" | "batch" | "step" | "removals" | "slowedTo">;

function progressOf(state: Partial<PruneState> = {}): Progress {
  const { epoch = 0, batch = 0, step = 0, removals = 0, slowedTo = null } = state;
  return { epoch, batch, step, removals, slowedTo };
}

/**
 * How many units each current group may still lose: the original limit minus what was removed. A current group never mixes
 * units of several original groups, so its first unit shows which one it comes from.
 */
export function limitsNow({ original, limits, plan, graph }: PruneRun): Limits {
  const removable = [...traceUnits(original, plan, graph)].map(([id, [first]]) => {
    const allowed = first === undefined ? 0 : Number(limits.removable.get(first.group));
    const removed = first === undefined ? 0 : unitsToRemove(plan, first.group).length;
    return [id, allowed - removed] as const;
  });
  return { ...limits, removable: new Map(removable) };
}

function scheduleOf(schedule: PruneSchedule = {}, { units }: Amounts): Required<PruneSchedule> {
  const { frequency = 30, unitsPerRemoval = Math.max(1, Math.round(units / 20)) } = schedule;
  const { firstRemoval = frequency, scoreMomentum = 0.9, fineTuneEpochs = 0 } = schedule;
  return { frequency, firstRemoval, unitsPerRemoval, scoreMomentum, fineTuneEpochs };
}

/** A checkpoint of another model, or made with other rules, would otherwise be detected at the next removal only. */
function checkGroups({ groups }: DependencyGraph, { remove }: Plan): void {
  const unknown = Object.keys(remove).find((id) => groups.every((group) => group.id !== id));
  if (unknown === undefined) return;
  throw new PrunerError(
    `the checkpoint removes units of "${unknown}", which the model does not have: resume with the model and the rules of the first run`,
  );
}
