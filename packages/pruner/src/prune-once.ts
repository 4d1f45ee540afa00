/** One-shot pruning: score once, remove everything at once, verify, refit what remains. */
import { swapUnits } from "@secateur/compensation";
import { type Scores, score } from "@secateur/criteria";
import { buildDependencyGraph, type DependencyGraph, layerRules } from "@secateur/dependency-graph";
import type { Plan } from "@secateur/surgery";
import type * as tfl from "@tensorflow/tfjs-layers";
import { checkOptions } from "./check-options.ts";
import { compensateRemoval } from "./compensate-removal.ts";
import { batchesOf } from "./data.ts";
import { compensateSettings, inputLimit, type KeptInputs, keepInputs } from "./keep-inputs.ts";
import type { PruneResult } from "./prune-event.ts";
import type { PruneOptions } from "./prune-options.ts";
import { remainingOf } from "./remaining.ts";
import { removeUnits } from "./remove-units.ts";
import { selectByTrial } from "./select-by-trial.ts";
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
  const { seed = 0 } = options;
  checkOptions(options);
  const graph = buildDependencyGraph(model, { rules });
  requireReachable(graph, budget, selection);
  const inputs = keepInputs(inputLimit(model, options, true));
  try {
    const batches = inputs.keep(batchesOf(data, 0));
    const plan =
      "select" in criterion
        ? await criterion.select(graph, batches, budget, selection)
        : await planFor(graph, await score(model, graph, criterion, batches, options), inputs, options);
    const { model: cut, proof } = await removeUnits(graph, plan, verify !== "never");
    const refitted = await compensateRemoval(graph, cut, plan, inputs, {
      ...compensateSettings(options.compensate),
      seed,
    });
    const left = remainingOf(buildDependencyGraph(refitted.model, { rules })).amounts();
    return { ...refitted, proof, plan, original: remainingOf(graph).amounts(), left };
  } finally {
    inputs.dispose();
  }
}

/** The lowest-scored units, changed as the options ask where there are inputs to refit on. */
async function planFor(
  graph: DependencyGraph,
  scores: Scores,
  inputs: KeptInputs,
  { budget, selection, compensate, seed = 0 }: PruneOptions,
): Promise<Plan> {
  const { swapUnits: swap = true, trials = false, samples, ridge } = compensateSettings(compensate);
  const hasInputs = inputs.count() > 0;
  if (hasInputs && trials && ("macs" in budget || "parameters" in budget))
    return selectByTrial(graph, scores, budget, inputs.copy(), {
      ...(selection && { selection }),
      swap,
      seed,
    });
  const plan = selectUnits(graph, scores, budget, selection);
  if (!hasInputs || !swap) return plan;
  return swapUnits(graph, plan, inputs.copy(), {
    ...(samples && { samples }),
    ...(ridge && { ridge }),
    seed,
  });
}
