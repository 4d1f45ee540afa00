/** Ranks the units of all groups together and removes the lowest until a budget is met. */
import { printWarning } from "@secateur/base";
import { equalScoresWarning, type Scores } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { InputShape } from "@secateur/model-graph";
import type { Plan } from "@secateur/surgery";
import { type Amounts, type Budget, isWeighed, limitedKind } from "./budget.ts";
import { takeLowest } from "./lowest-units.ts";
import type { Selection } from "./selection.ts";
import { type SelectionRequest, startSelection } from "./selection-run.ts";
import type { TakenUnits } from "./taken-units.ts";
import { uncountedWarnings } from "./uncounted-macs.ts";

export interface SelectOptions {
  /** The sizes of the inputs without the batch; for budgets in MACs of models with open sizes. */
  readonly inputShape?: InputShape | undefined;
  /**
   * Receives one sentence where layers are not counted in a budget in MACs, and where all scores are equal. Default:
   * `console.warn`.
   */
  readonly onWarning?: (message: string) => void;
}

/**
 * A plan for the lowest-scored units, over all groups on one scale (no per-layer ratios), until the budget is met. For a
 * budget in MACs, parameters or bytes, a score counts per MAC or parameter that the unit saves.
 *
 * @param budget - Shares are of `graph.model`.
 * @throws BudgetError where pinned channels or the selection leave too little to remove, or where most MACs are not counted;
 *   PrunerError for invalid scores or selections.
 *
 * @example const plan = selectUnits(graph, scores, { macs: 0.5 }, { minUnits: 8, exclude: "stem" });
 */
export function selectUnits(
  graph: DependencyGraph,
  scores: Scores,
  budget: Budget,
  selection: Selection = {},
  { inputShape, onWarning = printWarning }: SelectOptions = {},
): Plan {
  const plan = selectWeighing(graph, scores, { budget, selection, inputShape }, 1);
  if (limitedKind(budget) === "macs") for (const warning of uncountedWarnings(graph)) onWarning(warning);
  const equal = equalScoresWarning(null, scores);
  if (equal !== null) onWarning(equal);
  return plan;
}

/** @param power - Of what a unit saves, by which its score is divided. */
export function selectWeighing(
  graph: DependencyGraph,
  scores: Scores,
  request: SelectionRequest,
  power: number,
): Plan {
  const run = startSelection(graph, request);
  const { budget } = request;
  const ranked = isWeighed(budget) ? perSaving(graph, scores, run.taken, limitedKind(budget), power) : scores;
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
  kind: keyof Amounts,
  power: number,
): Scores {
  const entries = groups.map((group) => {
    const saved = Math.max(Number(savings(group, 1)[kind]), 1) ** power;
    const values = scores.get(group.id) ?? new Float32Array();
    return [group.id, values.map((score) => (score > 0 ? score / saved : score * saved))] as const;
  });
  return new Map(entries);
}

/** Throws `BudgetError` where no scores could meet the budget; for checks before anything is computed. */
export function requireReachable(graph: DependencyGraph, request: SelectionRequest): void {
  const equal = graph.groups.map(({ id, unitCount }) => [id, new Float32Array(unitCount)] as const);
  selectWeighing(graph, new Map(equal), request, 1);
}
