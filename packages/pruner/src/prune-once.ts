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
import { requireReachable, selectWeighing } from "./select-units.ts";
import { uncountedWarnings } from "./uncounted-macs.ts";
import { recordWarnings, type Warnings } from "./warnings.ts";

/**
 * Returns a smaller copy; the model itself is not changed.
 *
 * @throws BudgetError, before any scoring, where pinned channels or the selection leave too little to remove;
 *   RemovalMismatchError where the proof fails.
 *
 * @example
 * const { model: smaller } = await pruneOnce(model, { criterion: criteria.taylorGate(), data, budget: { macs: 0.5 } });
 */
export async function pruneOnce(model: tfl.LayersModel, options: PruneOptions): Promise<PruneResult> {
  checkOptions(options);
  const { budget, selection, inputShape, verify = "always", rules = layerRules, seed = 0 } = options;
  const graph = buildDependencyGraph(model, { rules });
  requireReachable(graph, { budget, selection, inputShape });
  const warnings = recordWarnings(options.onWarning);
  for (const warning of uncountedWarnings(graph)) warnings.warn(warning);
  const inputs = keepInputs(inputLimit(model, options, true));
  try {
    const plan = await choosePlan(graph, options, inputs, warnings);
    const sizes = inputShape ?? inputs.inputShape();
    const { model: cut, proof } = await removeUnits(graph, plan, verify !== "never", sizes);
    const refitted = await compensateRemoval(graph, cut, plan, inputs, {
      ...compensateSettings(options.compensate),
      seed,
    });
    const after = buildDependencyGraph(refitted.model, { rules });
    const [original, left] = [graph, after].map((each) => remainingOf(each, { inputShape }).amounts()) as [
      PruneResult["original"],
      PruneResult["left"],
    ];
    return { ...refitted, proof, plan, original, left, warnings: warnings.list };
  } finally {
    inputs.dispose();
  }
}

/** Scores or chooses units on one epoch of the data, and keeps its inputs. */
async function choosePlan(
  graph: DependencyGraph,
  options: PruneOptions,
  inputs: KeptInputs,
  { warn }: Warnings,
): Promise<Plan> {
  const { criterion, data = [], budget, selection, inputShape } = options;
  const batches = inputs.keep(batchesOf(data, 0));
  if ("select" in criterion) {
    const plan = await criterion.select(graph, batches, { budget, selection, inputShape });
    await inputs.collect(graph.model);
    return plan;
  }
  const scores = await score(graph.model, graph, criterion, batches, { ...options, onWarning: warn });
  await inputs.collect(graph.model);
  return planFor(graph, scores, inputs, options);
}

/** The lowest-scored units, changed as the options ask where there are inputs to refit on. */
async function planFor(
  graph: DependencyGraph,
  scores: Scores,
  inputs: KeptInputs,
  { budget, selection, inputShape, compensate, seed = 0 }: PruneOptions,
): Promise<Plan> {
  const settings = compensateSettings(compensate);
  const { swapUnits: swap = true, trials = false, samples, ridge, methods, positions } = settings;
  const request = { budget, selection, inputShape };
  const hasInputs = inputs.count() > 0;
  const ofRefit = { ...(ridge !== undefined && { ridge }), ...(samples !== undefined && { samples }) };
  if (hasInputs && trials) {
    const refit = { ...ofRefit, ...(methods && { methods }), ...(positions !== undefined && { positions }) };
    return selectByTrial(graph, scores, budget, inputs.copy(), { selection, inputShape, swap, refit, seed });
  }
  const plan = selectWeighing(graph, scores, request, 1);
  return hasInputs && swap ? swapUnits(graph, plan, inputs.copy(), { ...ofRefit, seed }) : plan;
}
