/** Ranks the units of all groups together and removes the lowest until a budget is met. */
import type { Scores } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { Plan } from "@secateur/surgery";
import { type Budget, budgetKind } from "./budget.ts";
import { takeLowest } from "./lowest-units.ts";
import type { Selection } from "./selection.ts";
import { startSelection } from "./selection-run.ts";
import type { TakenUnits } from "./taken-units.ts";

/**
 * A plan for the lowest-scored units, over all groups on one scale (no per-layer ratios), until the budget is met. For a
 * budget in MACs or parameters, a score counts per MAC or parameter that the unit saves.
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
  return selectWeighing(graph, scores, budget, selection, 1);
}

/** @param power - Of what a unit saves, by which its score is divided. */
export function selectWeighing(
  graph: DependencyGraph,
  scores: Scores,
  budget: Budget,
  selection: Selection | undefined,
  power: number,
): Plan {
  const run = startSelection(graph, budget, selection);
  const kind = budgetKind(budget);
  const isWeighed = kind === "macs" || kind === "parameters";
  const ranked = isWeighed ? perSaving(graph, scores, run.taken, kind, power) : scores;
  takeLowest(graph, ranked, run.taken, run.limits.roundTo, run.isMet);
  return run.plan();
}

/**
 * Scores divided by what one unit of the group saves. Scores below 0 are multiplied: among units whose removal lowers the
 * loss, the largest saving goes first.
 */
function perSaving(
  { groups }: DependencyGraph,
  scores: Scores,
  { savings }: TakenUnits,
  kind: "macs" | "parameters",
  power: number,
): Scores {
  const entries = groups.map((group) => {
    const saved = Math.max(savings(group, 1)[kind], 1) ** power;
    const values = scores.get(group.id) ?? new Float32Array();
    return [group.id, values.map((score) => (score > 0 ? score / saved : score * saved))] as const;
  });
  return new Map(entries);
}

/** Throws `BudgetError` where no scores could meet the budget; for checks before anything is computed. */
export function requireReachable(graph: DependencyGraph, budget: Budget, selection?: Selection): void {
  const equal = graph.groups.map(({ id, unitCount }) => [id, new Float32Array(unitCount)] as const);
  selectUnits(graph, new Map(equal), budget, selection);
}
