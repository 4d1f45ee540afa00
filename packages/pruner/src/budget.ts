/** How far to prune: a share (0..1) of what the model has, or a count of units. */
import { BudgetError } from "./errors.ts";

export type Budget =
  | { readonly units: number }
  | { readonly macs: number }
  | { readonly parameters: number }
  | { readonly bytes: number }
  | { readonly count: number };

/** A share (0..1) of the milliseconds that the model takes on the current engine, measured. */
export interface LatencyBudget {
  readonly latency: number;
  /** Examples that are predicted at once. Default 1. */
  readonly batch?: number;
}

export type BudgetKind = "units" | "macs" | "parameters" | "bytes" | "count";

/** What a budget can limit, counted on one model. */
export interface Amounts {
  readonly units: number;
  /** Null for a model with open input sizes and no `inputShape`. */
  readonly macs: number | null;
  readonly parameters: number;
  /** Of all weights, as float32. */
  readonly bytes: number;
}

const kinds: Readonly<Record<BudgetKind, true>> = {
  units: true,
  macs: true,
  parameters: true,
  bytes: true,
  count: true,
};

const isKind = (kind: string | undefined): kind is BudgetKind =>
  kind !== undefined && Object.hasOwn(kinds, kind);

/** Throws `BudgetError` unless there is exactly one known kind, with a number in its range. */
export function budgetKind(budget: Budget): BudgetKind {
  if (typeof budget !== "object" || budget === null)
    throw new BudgetError(
      `budget is ${budget === undefined ? "missing" : JSON.stringify(budget)}: pass the share to remove, for instance { macs: 0.5 }`,
    );
  const [kind, ...others] = Object.keys(budget);
  if (kind === "latency")
    throw new BudgetError("a budget in latency is measured: pass it to pruneOnce or to selectByLatency");
  if (!isKind(kind) || others.length > 0) {
    throw new BudgetError(
      `a budget must be one of units, macs, parameters, bytes or count, not ${JSON.stringify(budget)}`,
    );
  }
  requireRange(kind, amountOf(budget));
  return kind;
}

/** Throws `BudgetError` for a share or a batch outside its range. */
export function isLatencyBudget(budget: Budget | LatencyBudget): budget is LatencyBudget {
  if (typeof budget !== "object" || budget === null || !("latency" in budget)) return false;
  const { latency, batch = 1, ...others } = budget;
  if (Object.keys(others).length > 0 || !(typeof latency === "number" && latency >= 0 && latency < 1))
    throw new BudgetError(
      `budget ${JSON.stringify(budget)} must be { latency } or { latency, batch }, with the removed share from 0 to below 1`,
    );
  if (Number.isInteger(batch) && batch > 0) return true;
  throw new BudgetError(`budget batch: ${batch} is not a whole number of at least 1`);
}

/** What of the amounts a budget limits. */
export function limitedKind(budget: Budget): keyof Amounts {
  const kind = budgetKind(budget);
  return kind === "count" ? "units" : kind;
}

/** Whether scores are weighed by what a unit saves: units that count the same are not. */
export const isWeighed = (budget: Budget): boolean => limitedKind(budget) !== "units";

/** The budget's number. */
const amountOf = (budget: Budget): number => Object.values(budget)[0] ?? Number.NaN;

function requireRange(kind: BudgetKind, amount: unknown): void {
  const isNumber = typeof amount === "number";
  const isCount = isNumber && Number.isInteger(amount) && amount >= 0;
  if (kind === "count" ? isCount : isNumber && amount >= 0 && amount < 1) return;
  const range = kind === "count" ? "a whole number, 0 or more" : "the removed share, from 0 to below 1";
  throw new BudgetError(`budget ${kind}: ${isNumber ? amount : JSON.stringify(amount)} is not ${range}`);
}

/**
 * The largest amounts that meet the budget; what the budget does not limit is infinite.
 *
 * @throws BudgetError for a budget in MACs of a model whose MACs are not known, and for a share of units below half a unit.
 */
export function targetOf(budget: Budget, original: Amounts): Amounts {
  const kind = limitedKind(budget);
  const amount = amountOf(budget);
  const unlimited = { units: Infinity, macs: Infinity, parameters: Infinity, bytes: Infinity };
  if (kind === "units") {
    const removed = "count" in budget ? amount : Math.round(amount * original.units);
    if (amount > 0 && removed === 0 && original.units > 0)
      throw new BudgetError(
        `budget ${JSON.stringify(budget)} of ${original.units} units is no unit: ask for { count: 1 } or more`,
      );
    return { ...unlimited, units: original.units - removed };
  }
  const whole = original[kind];
  if (whole === null)
    throw new BudgetError(
      `budget ${JSON.stringify(budget)}: the model has open input sizes, on which its MACs depend. Pass inputShape, the sizes ` +
        "of the input without the batch, for instance [224, 224, 3], or a budget in units, parameters or bytes",
    );
  return { ...unlimited, [kind]: (1 - amount) * whole };
}

export function isMet(left: Amounts, target: Amounts): boolean {
  const within = (kind: keyof Amounts): boolean => Number(left[kind]) <= Number(target[kind]);
  return within("units") && within("macs") && within("parameters") && within("bytes");
}
