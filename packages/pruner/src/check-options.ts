/** Checks the options of pruning where they enter, so that a mistake is one sentence and not a failure further inside. */
import { checkCompensateOptions } from "@secateur/compensation";
import type { Criterion } from "@secateur/criteria";
import { budgetKind, isLatencyBudget, isWeighed } from "./budget.ts";
import {
  checkChoice,
  checkFields,
  type Fields,
  requireCount,
  requireFunction,
  shown,
} from "./check-fields.ts";
import { PrunerError } from "./errors.ts";
import type { Selector } from "./jointly.ts";
import type { CompensateSettings, PruneOptions } from "./prune-options.ts";

export const sharedFields: Fields<PruneOptions> = {
  criterion: true,
  data: true,
  targets: true,
  budget: true,
  selection: true,
  inputShape: true,
  verify: true,
  compensate: true,
  mode: true,
  loss: true,
  microBatches: true,
  seed: true,
  rules: true,
  onWarning: true,
};

const compensateFields: Fields<CompensateSettings> = {
  methods: true,
  ridge: true,
  positions: true,
  samples: true,
  onLayer: true,
  swapUnits: true,
  trials: true,
  onGroup: true,
};

/** Throws `PrunerError` for options that `pruneOnce` does not take. */
export function checkOptions(options: PruneOptions): void {
  checkShared(options, sharedFields);
  const { compensate, criterion, budget } = options;
  if (isLatencyBudget(budget) && isSelector(criterion))
    throw new PrunerError(
      `a budget in latency needs scores of single units: pass a criterion instead of ${criterion.name}()`,
    );
  if (typeof compensate !== "object" || compensate.trials !== true) return;
  if (isLatencyBudget(budget) || !isWeighed(budget))
    throw new PrunerError(
      `compensate.trials tries how scores are weighed by what a unit saves, which a budget ${JSON.stringify(budget)} does not: ` +
        "ask for a budget in macs, parameters or bytes, or leave trials out",
    );
  if (isSelector(criterion))
    throw new PrunerError(
      `compensate.trials needs scores of single units: pass a criterion instead of ${criterion.name}(), or leave trials out`,
    );
}

/** Throws `PrunerError` for options that neither `pruneOnce` nor `prune` takes. */
export function checkShared(options: PruneOptions, known: Readonly<Record<string, true>>): void {
  checkFields("options", options, known);
  const { criterion, data, budget, selection, seed = 0, rules, onWarning } = options;
  const { verify = "always", mode = "train", targets = "labels", microBatches = 1 } = options;
  checkCriterion(criterion);
  if (data !== undefined && typeof data !== "function" && !isIterable(data))
    throw new PrunerError(
      "data must be a list of minibatches, [{ xs, ys }], or a function (epoch) => minibatches",
    );
  if (!isLatencyBudget(budget)) budgetKind(budget);
  if (selection === null) throw new PrunerError("selection must be an object, not null");
  checkCompensate(options.compensate);
  checkChoice("verify", verify, ["always", "first", "never"]);
  checkChoice("mode", mode, ["train", "eval"]);
  checkChoice("targets", targets, ["labels", "own"]);
  requireCount("microBatches", microBatches);
  if (!Number.isFinite(seed)) throw new PrunerError(`seed must be a number, not ${shown(seed)}`);
  checkRules(rules);
  requireFunction("onWarning", onWarning);
}

function checkCriterion(criterion: PruneOptions["criterion"]): void {
  if (typeof criterion === "function")
    throw new PrunerError("criterion is a function: call it, for instance criteria.taylorGate()");
  if (isSelector(criterion)) return;
  if (!isCriterion(criterion))
    throw new PrunerError("criterion must be a criterion, for instance criteria.taylorGate()");
  if (typeof criterion.score !== "function")
    throw new PrunerError(
      `criterion "${criterion.name}" has no function score: make it with defineCriterion({ name, observes, score })`,
    );
}

export const isSelector = (value: PruneOptions["criterion"]): value is Selector =>
  typeof value === "object" && value !== null && "select" in value && typeof value.select === "function";

const isCriterion = (value: PruneOptions["criterion"]): value is Criterion =>
  typeof value === "object" && value !== null && "observes" in value && Array.isArray(value.observes);

const isIterable = (value: unknown): boolean =>
  typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);

function checkRules(rules: PruneOptions["rules"]): void {
  if (rules === undefined) return;
  if (typeof rules !== "object" || rules === null)
    throw new PrunerError(`rules must be an object, { ...layerRules, MyLayer: rule }, not ${shown(rules)}`);
  for (const [className, rule] of Object.entries(rules)) requireFunction(`rules.${className}`, rule);
}

function checkCompensate(compensate: PruneOptions["compensate"]): void {
  if (compensate === undefined || typeof compensate === "boolean") return;
  if (typeof compensate !== "object" || compensate === null)
    throw new PrunerError(`compensate must be true, false or an object, not ${JSON.stringify(compensate)}`);
  checkFields("compensate", compensate, compensateFields);
  const { swapUnits, trials, onGroup, ...options } = compensate;
  for (const [name, value] of Object.entries({ swapUnits, trials }))
    if (value !== undefined && typeof value !== "boolean")
      throw new PrunerError(`compensate.${name} must be true or false, not ${JSON.stringify(value)}`);
  requireFunction("compensate.onGroup", onGroup);
  checkCompensateOptions(options);
}
