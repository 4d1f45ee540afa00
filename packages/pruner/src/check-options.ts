/** Checks the options of pruning where they enter, so that a mistake is one sentence and not a failure further inside. */
import { checkCompensateOptions } from "@secateur/compensation";
import { checkFields, type Fields } from "./check-fields.ts";
import { PrunerError } from "./errors.ts";
import type { Guard } from "./guard.ts";
import type { Selector } from "./jointly.ts";
import type { CompensateSettings, PruneLoopOptions, PruneOptions, PruneSchedule } from "./prune-options.ts";
import type { Recovery } from "./recovery.ts";

const shared: Fields<PruneOptions> = {
  criterion: true,
  data: true,
  targets: true,
  budget: true,
  selection: true,
  verify: true,
  compensate: true,
  mode: true,
  loss: true,
  seed: true,
  rules: true,
  onWarning: true,
};
const loop: Fields<PruneLoopOptions> = {
  ...shared,
  schedule: true,
  optimizer: true,
  guard: true,
  recovery: true,
  resume: true,
};
const guardFields: Fields<Guard> = { metric: true, atLeast: true, onBreach: true };
const recoveryFields: Fields<Recovery> = {
  optimizer: true,
  schedule: true,
  stepsPerEpoch: true,
  distill: true,
  ema: true,
  earlyStopping: true,
};
const scheduleFields: Fields<PruneSchedule> = {
  frequency: true,
  unitsPerRemoval: true,
  scoreMomentum: true,
  fineTuneEpochs: true,
};

/** Throws `PrunerError` for options that `pruneOnce` does not take. */
export function checkOptions(options: PruneOptions): void {
  checkShared(options, shared);
}

/** Throws `PrunerError` for options that `prune` does not take. */
export function checkLoopOptions(options: PruneLoopOptions): void {
  checkShared(options, loop);
  checkFields("schedule", options.schedule ?? {}, scheduleFields);
  checkFields("recovery", options.recovery ?? {}, recoveryFields);
  if (options.guard !== undefined) checkGuard(options.guard);
  const { criterion, data, targets, optimizer } = options;
  if (targets === "own")
    throw new PrunerError('the loop trains on labels: targets "own" is an option of pruneOnce');
  if (!Array.isArray(criterion.observes))
    throw new PrunerError("the loop scores units while it trains: pass a criterion, or call pruneOnce");
  if (data === undefined)
    throw new PrunerError("data is missing: pass the batches to train on, (epoch) => batches");
  for (const each of [optimizer, options.recovery?.optimizer])
    if (each !== undefined && typeof each.apply !== "function")
      throw new PrunerError(
        "optimizer must be one of @secateur/training, for instance sgd({ learningRate: 0.01 })",
      );
}

function checkGuard(guard: Guard): void {
  checkFields("guard", guard, guardFields);
  const { metric, atLeast, onBreach = "stop" } = guard;
  if (typeof metric !== "function")
    throw new PrunerError("guard.metric must be a function of the model that returns a number");
  if (!Number.isFinite(atLeast))
    throw new PrunerError(`guard.atLeast must be a number, the smallest allowed value, not ${atLeast}`);
  checkChoice("guard.onBreach", onBreach, ["stop", "slow"]);
}

const compensateFields: Fields<CompensateSettings> = {
  methods: true,
  ridge: true,
  positions: true,
  samples: true,
  onLayer: true,
  swapUnits: true,
  trials: true,
};

function checkCompensate(compensate: PruneOptions["compensate"]): void {
  if (compensate === undefined || typeof compensate === "boolean") return;
  if (typeof compensate !== "object" || compensate === null)
    throw new PrunerError(`compensate must be true, false or an object, not ${JSON.stringify(compensate)}`);
  checkFields("compensate", compensate, compensateFields);
  const { swapUnits, trials, ...options } = compensate;
  for (const [name, value] of Object.entries({ swapUnits, trials }))
    if (value !== undefined && typeof value !== "boolean")
      throw new PrunerError(`compensate.${name} must be true or false, not ${JSON.stringify(value)}`);
  checkCompensateOptions(options);
}

function checkShared(options: PruneOptions, known: Readonly<Record<string, true>>): void {
  checkFields("options", options, known);
  const { criterion, data, verify = "always", mode = "train", targets = "labels" } = options;
  if (typeof criterion === "function")
    throw new PrunerError("criterion is a function: call it, for instance criteria.taylorGate()");
  if (!isSelector(criterion) && !Array.isArray(criterion?.observes))
    throw new PrunerError("criterion must be a criterion, for instance criteria.taylorGate()");
  if (data !== undefined && typeof data !== "function" && !isIterable(data))
    throw new PrunerError(
      "data must be a list of minibatches, [{ xs, ys }], or a function (epoch) => minibatches",
    );
  checkCompensate(options.compensate);
  checkChoice("verify", verify, ["always", "first", "never"]);
  checkChoice("mode", mode, ["train", "eval"]);
  checkChoice("targets", targets, ["labels", "own"]);
}

const isSelector = (value: PruneOptions["criterion"]): value is Selector =>
  typeof value === "object" && value !== null && "select" in value && typeof value.select === "function";

const isIterable = (value: object): boolean => Symbol.iterator in value || Symbol.asyncIterator in value;

function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  const list = choices.map((choice) => `"${choice}"`).join(" or ");
  throw new PrunerError(`${name} must be ${list}, not ${JSON.stringify(value)}`);
}
