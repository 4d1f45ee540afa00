/** A choice of units in progress: what is taken, whether the budget is met, and the plan at its end. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { createPlan, type Plan } from "@secateur/surgery";
import { type Amounts, type Budget, budgetKind, isMet, targetOf } from "./budget.ts";
import { BudgetError } from "./errors.ts";
import { remainingOf } from "./remaining.ts";
import { type Limits, limitsOf, type Selection } from "./selection.ts";
import { type TakenUnits, takenUnits } from "./taken-units.ts";

export interface SelectionRun {
  readonly limits: Limits;
  readonly taken: TakenUnits;
  /** Whether a share (0..1) of the budget is met. */
  readonly isMet: (share?: number) => boolean;
  /** Throws `BudgetError` unless the budget is met. */
  readonly plan: () => Plan;
}

/** Throws `BudgetError` and `PrunerError` for an invalid budget or selection. */
export function startSelection(
  graph: DependencyGraph,
  budget: Budget,
  selection: Selection = {},
): SelectionRun {
  const remaining = remainingOf(graph);
  const original = remaining.amounts();
  const target = targetOf(budget, original);
  const limits = limitsOf(graph, selection);
  const taken = takenUnits(remaining, limits);
  return {
    limits,
    taken,
    isMet: (share = 1) => isMet(taken.left(), share === 1 ? target : between(original, target, share)),
    plan() {
      requireMet(graph, budget, selection, { original, left: taken.left(), target });
      return createPlan(graph, taken.byGroup);
    },
  };
}

/** The amounts at a share of the way to the target. */
function between(original: Amounts, target: Amounts, share: number): Amounts {
  const at = (kind: keyof Amounts): number => original[kind] - share * (original[kind] - target[kind]);
  return { units: at("units"), macs: at("macs"), parameters: at("parameters") };
}

/** Throws `BudgetError` unless what is left meets the target. */
function requireMet(
  { model, groups, pinned }: DependencyGraph,
  budget: Budget,
  selection: Selection,
  { original, left, target }: Readonly<Record<"original" | "left" | "target", Amounts>>,
): void {
  const asked = Object.values(budget).some((amount) => amount > 0);
  if (groups.length === 0 && asked) {
    const reasons = [...new Set(pinned.map(({ layer, reason }) => `"${layer}" (${reason})`))];
    throw new BudgetError(
      `nothing can be removed from model "${model.name}"; pinned are ${reasons.slice(0, 5).join(", ")}. ` +
        "A layer class of your own needs a rule: pass `rules`",
    );
  }
  if (isMet(left, target)) return;
  const asKind = budgetKind(budget);
  const kind = asKind === "count" ? "units" : asKind;
  const share = (100 * (1 - left[kind] / original[kind])).toFixed(1);
  throw new BudgetError(
    `budget ${JSON.stringify(budget)} cannot be met: at most ${share} % of the ${kind} can be removed ` +
      `(${left[kind]} stay, at most ${Math.max(0, Math.floor(target[kind]))} should) with selection ${describe(selection)}. ` +
      "Ask for less, or let the selection remove more",
  );
}

/** As JSON, with functions as the word "function". */
const describe = (selection: Selection): string =>
  JSON.stringify(selection, (_, value) => (typeof value === "function" ? "function" : value));
