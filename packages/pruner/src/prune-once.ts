/** One-shot pruning: score once, remove everything at once, verify. */
import { score } from "@secateur/criteria";
import { buildDependencyGraph, layerRules } from "@secateur/dependency-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { checkOptions } from "./check-options.ts";
import { batchesOf } from "./data.ts";
import type { PruneResult } from "./prune-event.ts";
import type { PruneOptions } from "./prune-options.ts";
import { remainingOf } from "./remaining.ts";
import { removeUnits } from "./remove-units.ts";
import { requireReachable, selectUnits } from "./select-units.ts";

/**
 * Returns a smaller copy; the model itself is not changed.
 *
 * @throws BudgetError where the selection leaves too little to remove; RemovalMismatchError where the proof fails.
 *
 * @example
 * const { model: smaller } = await pruneOnce(model, { criterion: criteria.taylorGate(), data, budget: { macs: 0.5 } });
 */
export async function pruneOnce(model: tfl.LayersModel, options: PruneOptions): Promise<PruneResult> {
  const { criterion, data = [], budget, selection, verify = "always", rules = layerRules } = options;
  checkOptions(options);
  const graph = buildDependencyGraph(model, { rules });
  requireReachable(graph, budget, selection);
  const batches = batchesOf(data, 0);
  const plan =
    "select" in criterion
      ? await criterion.select(graph, batches, budget, selection)
      : selectUnits(graph, await score(model, graph, criterion, batches, options), budget, selection);
  const smaller = await removeUnits(graph, plan, verify !== "never");
  const left = remainingOf(buildDependencyGraph(smaller.model, { rules })).amounts();
  return { ...smaller, plan, original: remainingOf(graph).amounts(), left };
}
