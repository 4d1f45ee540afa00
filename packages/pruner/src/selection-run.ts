/** A choice of units in progress: what is taken, whether the budget is met, and the plan at its end. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { InputShape } from "@secateur/model-graph";
import { createPlan, type Plan } from "@secateur/surgery";
import { type Amounts, type Budget, isMet, limitedKind, targetOf } from "./budget.ts";
import { remainingOf } from "./remaining.ts";
import { type Limits, limitsOf, type Selection } from "./selection.ts";
import { type TakenUnits, takenUnits } from "./taken-units.ts";
import { requireCounted } from "./uncounted-macs.ts";
import { unreachable } from "./unreachable.ts";

export interface SelectionRun {
  readonly limits: Limits;
  readonly taken: TakenUnits;
  /** Whether a share (0..1) of the budget is met. */
  readonly isMet: (share?: number) => boolean;
  /** How much is still to be saved of what the budget limits, up to a share (0..1) of it. */
  readonly lacking: (share?: number) => number;
  /** Throws `BudgetError` unless the budget is met. */
  readonly plan: () => Plan;
}

/** What a choice of units is asked for. */
export interface SelectionRequest {
  readonly budget: Budget;
  readonly selection?: Selection | undefined;
  readonly inputShape?: InputShape | undefined;
}

/** Throws `BudgetError` and `PrunerError` for an invalid budget or selection. */
export function startSelection(
  graph: DependencyGraph,
  { budget, selection = {}, inputShape }: SelectionRequest,
): SelectionRun {
  const remaining = remainingOf(graph, { inputShape });
  const original = remaining.amounts();
  const target = targetOf(budget, original);
  requireCounted(graph, budget);
  const limits = limitsOf(graph, selection);
  const taken = takenUnits(remaining, limits);
  const aimAt = (share: number): Amounts => (share === 1 ? target : between(original, target, share));
  const isAsked = Object.values(budget).some((amount) => amount > 0);
  return {
    limits,
    taken,
    isMet: (share = 1) => isMet(taken.left(), aimAt(share)),
    lacking: (share = 1) => {
      const kind = limitedKind(budget);
      return Number(taken.left()[kind]) - Number(aimAt(share)[kind]);
    },
    plan() {
      const left = taken.left();
      if (!isMet(left, target) || (isAsked && graph.groups.length === 0))
        throw unreachable(graph, budget, selection, { original, left, target, limits, taken });
      return createPlan(graph, taken.byGroup);
    },
  };
}

/** The amounts at a share of the way to the target. */
function between(original: Amounts, target: Amounts, share: number): Amounts {
  const at = (kind: keyof Amounts): number =>
    Number(original[kind]) - share * (Number(original[kind]) - Number(target[kind]));
  return { units: at("units"), macs: at("macs"), parameters: at("parameters"), bytes: at("bytes") };
}
