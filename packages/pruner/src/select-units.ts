/** Rank the units of all groups together and take the lowest until a budget is met. */
import type { Scores } from "@secateur/criteria";
import type { DependencyGraph, Group } from "@secateur/dependency-graph";
import { createPlan, type Plan } from "@secateur/surgery";
import { type Amounts, type Budget, budgetKind, isMet, targetOf } from "./budget.ts";
import { BudgetError, PrunerError } from "./errors.ts";
import { type Remaining, remainingOf } from "./remaining.ts";

export interface SelectOptions {
  /** Channels that every layer keeps. Default 1. */
  readonly floor?: number;
}

interface RankedUnit {
  readonly group: Group;
  readonly unit: number;
  readonly score: number;
}

/**
 * A plan for the lowest-scored units, over all groups on one scale (no per-layer ratios), until the budget is met.
 * Shares are of `graph.model`. Throws `BudgetError` when the floors leave too little to remove.
 *
 * @example const plan = selectUnits(graph, scores, { macs: 0.5 });
 */
export function selectUnits(
  graph: DependencyGraph,
  scores: Scores,
  budget: Budget,
  { floor = 1 }: SelectOptions = {},
): Plan {
  const remaining = remainingOf(graph);
  const target = targetOf(budget, remaining.amounts());
  const taken = takeLowest(graph, scores, remaining, floor, (left) => isMet(left, target));
  const reached = remaining.amounts();
  if (!isMet(reached, target)) {
    const kind = budgetKind(budget);
    const about = kind === "count" ? "units" : kind;
    throw new BudgetError(
      `budget ${JSON.stringify(budget)} cannot be met: with ${floor} channels kept in every layer, ` +
        `${reached[about]} ${about} stay and at most ${Math.floor(target[about])} should. Ask for less, or lower the floor`,
    );
  }
  return createPlan(graph, taken);
}

/** Take units in order of their score until `enough` says so or none may go; what is taken is gone from `remaining`. */
export function takeLowest(
  graph: DependencyGraph,
  scores: Scores,
  remaining: Remaining,
  floor: number,
  enough: (left: Amounts, taken: number) => boolean,
): ReadonlyMap<string, readonly number[]> {
  const taken = new Map<string, number[]>();
  let count = 0;
  for (const { group, unit } of rank(graph, scores)) {
    if (enough(remaining.amounts(), count)) break;
    if (!remaining.canRemove(group, floor)) continue;
    remaining.remove(group);
    const units = taken.get(group.id);
    if (units === undefined) taken.set(group.id, [unit]);
    else units.push(unit);
    count++;
  }
  return taken;
}

/** Lowest score first; equal scores in the model's order. */
function rank(graph: DependencyGraph, scores: Scores): readonly RankedUnit[] {
  const units = graph.groups.flatMap((group) => {
    const values = scores.get(group.id);
    if (values === undefined || values.length !== group.unitCount) {
      throw new PrunerError(
        `group "${group.id}" has ${group.unitCount} units and ${values?.length ?? "no"} scores: score this model's own graph`,
      );
    }
    return Array.from(values, (score, unit) => ({ group, unit, score }));
  });
  return units.sort((a, b) => a.score - b.score);
}
