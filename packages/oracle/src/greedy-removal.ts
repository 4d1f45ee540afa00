/**
 * The greedy oracle, re-evaluated: remove the units that matter least, measure the others anew in the smaller network, and
 * go on. The network is cut for real, so it gets faster on the way; nothing is fine-tuned.
 */

import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { applyPlan, composePlans, createPlan, type Plan } from "@secateur/surgery";
import type { Batches } from "@secateur/training";
import { OracleError } from "./errors.ts";
import { type Importance, importances } from "./importance.ts";
import { lossChanges } from "./loss-changes.ts";
import type { SettingOptions } from "./setting-losses.ts";

export interface GreedyOptions extends SettingOptions {
  /** Units between two evaluations. Default 1. */
  readonly unitsPerStep?: number;
  /** Which units matter least. Default "absolute". */
  readonly importance?: Importance;
}

export interface GreedyStep {
  /** All that is removed by now, for the original model. */
  readonly plan: Plan;
  /** Units that are left. */
  readonly left: number;
  /** The mean loss before this step's removal. */
  readonly loss: number;
}

/**
 * Until every group has one unit left; stop listening to stop earlier.
 *
 * @param batches gives the same minibatches at every call; they are disposed.
 */
export async function* greedyRemoval(
  graph: DependencyGraph,
  batches: () => Batches,
  { unitsPerStep = 1, importance = "absolute", ...options }: GreedyOptions = {},
): AsyncGenerator<GreedyStep> {
  if (!(Number.isInteger(unitsPerStep) && unitsPerStep >= 1))
    throw new OracleError(`unitsPerStep is ${unitsPerStep}, and must be a whole number from 1`);
  let [now, plan] = [graph, createPlan(graph, [])];
  try {
    for (;;) {
      const { lowest, loss } = await leastImportant(now, batches, importances[importance], options);
      const step = createPlan(now, takeOut(now, lowest, unitsPerStep));
      if (Object.keys(step.remove).length === 0) return;
      const smaller = buildDependencyGraph(applyPlan(now.model, step, { graph: now }));
      plan = composePlans(graph, plan, now, step);
      if (now !== graph) disposeModel(now.model);
      now = smaller;
      yield { plan, left: now.groups.reduce((n, { unitCount }) => n + unitCount, 0), loss };
    }
  } finally {
    if (now !== graph) disposeModel(now.model);
  }
}

interface RankedUnit {
  readonly group: string;
  readonly unit: number;
  readonly importance: number;
}

async function leastImportant(
  graph: DependencyGraph,
  batches: () => Batches,
  importanceOf: (change: number) => number,
  options: SettingOptions,
): Promise<{ readonly lowest: readonly RankedUnit[]; readonly loss: number }> {
  const units: RankedUnit[] = [];
  let lossNow = Number.NaN;
  for await (const { group, loss, changes } of lossChanges(graph, batches, options)) {
    lossNow = loss;
    for (const [unit, change] of changes.entries())
      units.push({ group, unit, importance: importanceOf(change) });
  }
  return { lowest: units.sort((a, b) => a.importance - b.importance), loss: lossNow };
}

/** At most so many, the lowest first; one unit of every group stays. */
function takeOut(
  { groups }: DependencyGraph,
  lowest: readonly RankedUnit[],
  count: number,
): ReadonlyMap<string, readonly number[]> {
  const left = new Map(groups.map(({ id, unitCount }) => [id, unitCount]));
  const taken = new Map<string, number[]>();
  let total = 0;
  for (const { group, unit } of lowest) {
    const here = Number(left.get(group));
    if (total === count) break;
    if (here <= 1) continue;
    left.set(group, here - 1);
    taken.set(group, [...(taken.get(group) ?? []), unit]);
    total++;
  }
  return taken;
}
