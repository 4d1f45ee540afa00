/** Ranks the units of all groups together and removes the lowest until a budget is met. */
import type { Scores } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { createPlan, type Plan } from "@secateur/surgery";
import { type Amounts, type Budget, budgetKind, isMet, targetOf } from "./budget.ts";
import { BudgetError } from "./errors.ts";
import { takeLowest } from "./lowest-units.ts";
import { remainingOf } from "./remaining.ts";
import { limitsOf, type Selection } from "./selection.ts";

/**
 * A plan for the lowest-scored units, over all groups on one scale (no per-layer ratios), until the budget is met.
 *
 * @param budget - Shares are of `graph.model`.
 * @throws BudgetError where the selection leaves too little to remove; PrunerError for invalid scores or selections.
 *
 * @example const plan = selectUnits(graph, scores, { macs: 0.5 }, { minUnits: 8, exclude: "stem" });
 */
export function selectUnits(
  graph: DependencyGraph,
  scores: Scores,
  budget: Budget,
  selection: Selection = {},
): Plan {
  const remaining = remainingOf(graph);
  const original = remaining.amounts();
  const target = targetOf(budget, original);
  const limits = limitsOf(graph, selection);
  const taken = takeLowest(graph, scores, remaining, limits, (left) => isMet(left, target));
  requireMet(graph, budget, selection, { original, left: remaining.amounts(), target });
  return createPlan(graph, taken);
}

/** Throws `BudgetError` where no scores could meet the budget; for checks before anything is computed. */
export function requireReachable(graph: DependencyGraph, budget: Budget, selection?: Selection): void {
  const equal = graph.groups.map(({ id, unitCount }) => [id, new Float32Array(unitCount)] as const);
  selectUnits(graph, new Map(equal), budget, selection);
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
