/** Checks the options that the pruning loop takes beside those of one-shot pruning. */
import { isLatencyBudget } from "./budget.ts";
import { checkChoice, checkFields, type Fields, requireCount, shown } from "./check-fields.ts";
import { checkShared, isSelector, sharedFields } from "./check-options.ts";
import { PrunerError } from "./errors.ts";
import type { Guard } from "./guard.ts";
import type { PruneLoopOptions, PruneSchedule } from "./prune-options.ts";
import { checkRecoveryFields } from "./recovery.ts";

const loopFields: Fields<PruneLoopOptions> = {
  ...sharedFields,
  schedule: true,
  optimizer: true,
  guard: true,
  recovery: true,
  resume: true,
};
const guardFields: Fields<Guard> = { metric: true, atLeast: true, onBreach: true };
const resumeFields: Fields<NonNullable<PruneLoopOptions["resume"]>> = { state: true, model: true };
const scheduleFields: Fields<PruneSchedule> = {
  frequency: true,
  firstRemoval: true,
  unitsPerRemoval: true,
  scoreMomentum: true,
  fineTuneEpochs: true,
};

/** Throws `PrunerError` for options that `prune` does not take. */
export function checkLoopOptions(options: PruneLoopOptions): void {
  checkShared(options, loopFields);
  const { budget, data, schedule, guard, recovery, resume } = options;
  if (isLatencyBudget(budget))
    throw new PrunerError(
      "a budget in latency is an option of pruneOnce: the loop takes units, macs, parameters, bytes or count",
    );
  if (schedule !== undefined) checkSchedule(schedule);
  if (recovery !== undefined) checkRecoveryFields(recovery);
  if (guard !== undefined) checkGuard(guard);
  if (resume !== undefined) checkResume(resume);
  refuseOneShotOptions(options);
  if (data === undefined)
    throw new PrunerError("data is missing: pass the batches to train on, (epoch) => batches");
  checkOptimizer(options.optimizer);
  checkOptimizer(recovery?.optimizer);
}

function refuseOneShotOptions({ criterion, targets, compensate }: PruneLoopOptions): void {
  if (targets === "own")
    throw new PrunerError('the loop trains on labels: targets "own" is an option of pruneOnce');
  if (isSelector(criterion))
    throw new PrunerError("the loop scores units while it trains: pass a criterion, or call pruneOnce");
  if (typeof compensate !== "object") return;
  for (const option of ["trials", "swapUnits", "onGroup"] as const)
    if (compensate[option] !== undefined && compensate[option] !== false)
      throw new PrunerError(`compensate.${option} is an option of pruneOnce: leave it out`);
}

function checkOptimizer(optimizer: PruneLoopOptions["optimizer"]): void {
  if (optimizer === undefined || typeof optimizer?.apply === "function") return;
  throw new PrunerError(
    "optimizer must be one of @secateur/training, for instance sgd({ learningRate: 0.01 })",
  );
}

function checkSchedule(schedule: PruneSchedule): void {
  checkFields("schedule", schedule, scheduleFields);
  const { frequency = 1, unitsPerRemoval = 1, scoreMomentum = 0, fineTuneEpochs = 0 } = schedule;
  requireCount("schedule.frequency", frequency);
  requireCount("schedule.firstRemoval", schedule.firstRemoval ?? 1);
  requireCount("schedule.unitsPerRemoval", unitsPerRemoval);
  if (!(typeof scoreMomentum === "number" && scoreMomentum >= 0 && scoreMomentum <= 1))
    throw new PrunerError(`schedule.scoreMomentum must be a number from 0 to 1, not ${shown(scoreMomentum)}`);
  if (!Number.isInteger(fineTuneEpochs) || fineTuneEpochs < 0)
    throw new PrunerError(
      `schedule.fineTuneEpochs must be a whole number of at least 0, not ${shown(fineTuneEpochs)}`,
    );
}

function checkGuard(guard: Guard): void {
  checkFields("guard", guard, guardFields);
  const { metric, atLeast, onBreach = "stop" } = guard;
  if (typeof metric !== "function")
    throw new PrunerError("guard.metric must be a function of the model that returns a number");
  if (!Number.isFinite(atLeast))
    throw new PrunerError(
      `guard.atLeast must be a number, the smallest allowed value, not ${shown(atLeast)}`,
    );
  checkChoice("guard.onBreach", onBreach, ["stop", "slow"]);
}

function checkResume(resume: NonNullable<PruneLoopOptions["resume"]>): void {
  checkFields("resume", resume, resumeFields);
  const { state } = resume;
  const isState =
    typeof state === "object" && state !== null && typeof state.plan === "object" && state.plan !== null;
  const counts = isState ? [state.epoch, state.batch, state.step, state.removals] : [];
  if (!isState || !counts.every((count) => Number.isInteger(count) && count >= 0))
    throw new PrunerError(
      "resume.state must be the state of a removal event: { epoch, batch, step, removals, plan, scores, slowedTo }",
    );
}
