/**
 * Greedy removal by the oracle: each round removes the least important units and measures the others again in the smaller
 * model. There is no fine-tuning.
 */
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { applyPlan, composePlans, createPlan, type Plan } from "@secateur/surgery";
import type { Batches } from "@secateur/training";
import type { AblationOptions } from "./ablation-losses.ts";
import { OracleError } from "./errors.ts";
import { type Importance, importances } from "./importance.ts";
import { lossChanges } from "./loss-changes.ts";

export interface GreedyOptions extends AblationOptions {
  /** Units to remove per round. Default 1. */
  readonly unitsPerRound?: number;
  /** How a change of the loss becomes an importance. Default "absolute". */
  readonly importance?: Importance;
}

export interface GreedyRound {
  /** All units removed so far; a plan for the original model. */
  readonly plan: Plan;
  /** The number of remaining units. */
  readonly left: number;
  /** The mean loss before this round's removal. */
  readonly loss: number;
}

/**
 * Ends when every group has one unit left; break out of the loop to stop earlier.
 *
 * @param batches - Returns the same minibatches at every call; they are disposed.
 * @throws OracleError, as `lossChanges`.
 *
 * @example for await (const { plan, loss } of greedyRemoval(graph, () => batches(images, { batchSize: 128 }))) …
 */
export async function* greedyRemoval(
  graph: DependencyGraph,
  batches: () => Batches,
  { unitsPerRound = 1, importance = "absolute", ...options }: GreedyOptions = {},
): AsyncGenerator<GreedyRound> {
  if (!(Number.isInteger(unitsPerRound) && unitsPerRound >= 1))
    throw new OracleError(`unitsPerRound must be a whole number, 1 or more, not ${unitsPerRound}`);
  let [current, plan] = [graph, createPlan(graph, [])];
  try {
    for (;;) {
      const { ranked, loss } = await rankUnits(current, batches, importances[importance], options);
      const round = createPlan(current, lowestUnits(current, ranked, unitsPerRound));
      if (Object.keys(round.remove).length === 0) return;
      const smaller = buildDependencyGraph(applyPlan(current.model, round, { graph: current }), {
        rules: graph.rules,
      });
      plan = composePlans(graph, plan, current, round);
      if (current !== graph) disposeModel(current.model);
      current = smaller;
      yield { plan, left: current.groups.reduce((n, { unitCount }) => n + unitCount, 0), loss };
    }
  } finally {
    if (current !== graph) disposeModel(current.model);
  }
}

interface RankedUnit {
  readonly group: string;
  readonly unit: number;
  readonly importance: number;
}

/** All units, the least important first, and the loss with all of them. */
async function rankUnits(
  graph: DependencyGraph,
  batches: () => Batches,
  importanceOf: (change: number) => number,
  options: AblationOptions,
): Promise<{ readonly ranked: readonly RankedUnit[]; readonly loss: number }> {
  const units: RankedUnit[] = [];
  let lossBefore = Number.NaN;
  for await (const { group, loss, changes } of lossChanges(graph, batches, options)) {
    lossBefore = loss;
    for (const [unit, change] of changes.entries())
      units.push({ group, unit, importance: importanceOf(change) });
  }
  return { ranked: units.sort((a, b) => a.importance - b.importance), loss: lossBefore };
}

/** By group, at most `count` of the lowest-ranked units. One unit of every group stays. */
function lowestUnits(
  { groups }: DependencyGraph,
  ranked: readonly RankedUnit[],
  count: number,
): ReadonlyMap<string, readonly number[]> {
  const left = new Map(groups.map(({ id, unitCount }) => [id, unitCount]));
  const unitsOfGroup = new Map<string, number[]>();
  let total = 0;
  for (const { group, unit } of ranked) {
    const remaining = Number(left.get(group));
    if (total === count) break;
    if (remaining <= 1) continue;
    left.set(group, remaining - 1);
    unitsOfGroup.set(group, [...(unitsOfGroup.get(group) ?? []), unit]);
    total++;
  }
  return unitsOfGroup;
}
