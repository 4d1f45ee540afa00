/** Checks the options of pruning where they enter, so that a mistake is one sentence and not a failure further inside. */
import { checkFields, type Fields } from "./check-fields.ts";
import { PrunerError } from "./errors.ts";
import type { Selector } from "./jointly.ts";
import type { PruneLoopOptions, PruneOptions, PruneSchedule } from "./prune-options.ts";

const shared: Fields<PruneOptions> = {
  criterion: true,
  data: true,
  targets: true,
  budget: true,
  selection: true,
  verify: true,
  mode: true,
  loss: true,
  seed: true,
  rules: true,
  onWarning: true,
};
const loop: Fields<PruneLoopOptions> = { ...shared, schedule: true, optimizer: true, resume: true };
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
  const { criterion, data, targets, optimizer } = options;
  if (targets === "own")
    throw new PrunerError('the loop trains on labels: targets "own" is an option of pruneOnce');
  if (!Array.isArray(criterion.observes))
    throw new PrunerError("the loop scores units while it trains: pass a criterion, or call pruneOnce");
  if (data === undefined)
    throw new PrunerError("data is missing: pass the batches to train on, (epoch) => batches");
  if (optimizer !== undefined && typeof optimizer.apply !== "function")
    throw new PrunerError(
      "optimizer must be one of @secateur/training, for instance sgd({ learningRate: 0.01 })",
    );
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
