/** How far to prune: a share of units, MACs or parameters (0..1, of the model that is pruned), or a count of units. */
import { BudgetError } from "./errors.ts";

export type Budget =
  | { readonly units: number }
  | { readonly macs: number }
  | { readonly parameters: number }
  | { readonly count: number };

export type BudgetKind = "units" | "macs" | "parameters" | "count";

/** What a budget can limit, counted on one model. */
export interface Amounts {
  readonly units: number;
  readonly macs: number;
  readonly parameters: number;
}

/** Throws `BudgetError` unless there is exactly one known kind, with a number in its range. */
export function budgetKind(budget: Budget): BudgetKind {
  if (typeof budget !== "object" || budget === null)
    throw new BudgetError("budget is missing: pass the share to remove, for instance { macs: 0.5 }");
  const entries = Object.entries(budget);
  const [kind, amount = Number.NaN] = entries[0] ?? [];
  if (
    entries.length !== 1 ||
    !(kind === "units" || kind === "macs" || kind === "parameters" || kind === "count")
  ) {
    throw new BudgetError(
      `a budget must be one of units, macs, parameters or count, not ${JSON.stringify(budget)}`,
    );
  }
  requireRange(kind, amount);
  return kind;
}

function requireRange(kind: BudgetKind, amount: number): void {
  const isValid = kind === "count" ? Number.isInteger(amount) && amount >= 0 : amount >= 0 && amount < 1;
  if (isValid) return;
  const range = kind === "count" ? "a whole number, 0 or more" : "the removed share, from 0 to below 1";
  throw new BudgetError(`budget ${kind}: ${amount} is not ${range}`);
}

/** The largest amounts that meet the budget; what the budget does not limit is infinite. */
export function targetOf(budget: Budget, original: Amounts): Amounts {
  const kind = budgetKind(budget);
  const unlimited = { units: Infinity, macs: Infinity, parameters: Infinity };
  if ("count" in budget) return { ...unlimited, units: original.units - budget.count };
  if ("units" in budget)
    return { ...unlimited, units: original.units - Math.round(budget.units * original.units) };
  const share = "macs" in budget ? budget.macs : budget.parameters;
  return { ...unlimited, [kind]: (1 - share) * ("macs" in budget ? original.macs : original.parameters) };
}

export function isMet(left: Amounts, target: Amounts): boolean {
  return left.units <= target.units && left.macs <= target.macs && left.parameters <= target.parameters;
}
