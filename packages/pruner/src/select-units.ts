/** Ranks the units of all groups together and removes the lowest until a budget is met. */
import type { Scores } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { Plan } from "@secateur/surgery";
import type { Budget } from "./budget.ts";
import { takeLowest } from "./lowest-units.ts";
import type { Selection } from "./selection.ts";
import { startSelection } from "./selection-run.ts";

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
  const run = startSelection(graph, budget, selection);
  takeLowest(graph, scores, run.taken, run.limits.roundTo, run.isMet);
  return run.plan();
}

/** Throws `BudgetError` where no scores could meet the budget; for checks before anything is computed. */
export function requireReachable(graph: DependencyGraph, budget: Budget, selection?: Selection): void {
  const equal = graph.groups.map(({ id, unitCount }) => [id, new Float32Array(unitCount)] as const);
  selectUnits(graph, new Map(equal), budget, selection);
}
