/** One-shot pruning: score once, remove everything at once, verify, refit what remains. */
import { swapUnits } from "@secateur/compensation";
import { type Scores, score } from "@secateur/criteria";
import { buildDependencyGraph, type DependencyGraph, layerRules } from "@secateur/dependency-graph";
import type { Plan } from "@secateur/surgery";
import { disposeBatch, type UnlabelledBatch } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Budget, isLatencyBudget } from "./budget.ts";
import { checkOptions } from "./check-options.ts";
import { compensateRemoval } from "./compensate-removal.ts";
import { batchesOf } from "./data.ts";
import { PrunerError } from "./errors.ts";
import { compensateSettings, inputLimit, type KeptInputs, keepInputs } from "./keep-inputs.ts";
import type { PruneResult } from "./prune-event.ts";
import type { PruneOptions } from "./prune-options.ts";
import { remainingOf } from "./remaining.ts";
import { removeUnits } from "./remove-units.ts";
import { type MeasuredLatency, requireLatencyReachable, selectByLatency } from "./select-by-latency.ts";
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
  if (isLatencyBudget(budget)) await requireLatencyReachable(graph, budget, { selection, inputShape });
  else requireReachable(graph, { budget, selection, inputShape });
  const warnings = recordWarnings(options.onWarning);
  for (const warning of uncountedWarnings(graph)) warnings.warn(warning);
  const inputs = keepInputs(inputLimit(model, options, true));
  try {
    const { plan, latency } = await choosePlan(graph, options, inputs, warnings);
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
    return { ...refitted, proof, plan, original, left, latency, warnings: warnings.list };
  } finally {
    inputs.dispose();
  }
}

interface ChosenPlan {
  readonly plan: Plan;
  /** Null unless the budget is in latency. */
  readonly latency: MeasuredLatency | null;
}

/** Scores or chooses units on one epoch of the data, and keeps its inputs. */
async function choosePlan(
  graph: DependencyGraph,
  options: PruneOptions,
  inputs: KeptInputs,
  { warn }: Warnings,
): Promise<ChosenPlan> {
  const { criterion, data = [], budget, selection, inputShape } = options;
  const batches = inputs.keep(batchesOf(data, 0));
  if ("select" in criterion) {
    if (isLatencyBudget(budget)) throw new PrunerError("a budget in latency needs scores of single units");
    try {
      const plan = await criterion.select(graph, resumable(batches), { budget, selection, inputShape });
      await keepRest(batches, inputs);
      await inputs.collect(graph.model);
      return { plan: criterion.swaps ? await swapped(graph, plan, inputs, options) : plan, latency: null };
    } finally {
      await batches.return(undefined);
    }
  }
  const scores = await score(graph.model, graph, criterion, batches, { ...options, onWarning: warn });
  await inputs.collect(graph.model);
  if (!isLatencyBudget(budget))
    return { plan: await planFor(graph, scores, inputs, { ...options, budget }), latency: null };
  const { plan, ...latency } = await selectByLatency(graph, scores, budget, { selection, inputShape });
  return { plan: await swapped(graph, plan, inputs, options), latency };
}

/** Reads batches that a selector did not read, as long as their inputs are kept for the refit. */
async function keepRest(batches: AsyncGenerator<UnlabelledBatch>, inputs: KeptInputs): Promise<void> {
  while (!inputs.isFull()) {
    const next = await batches.next();
    if (next.done) return;
    disposeBatch(next.value);
  }
}

/** The same batches; the generator stays open where reading ends early. */
const resumable = <T>(batches: AsyncGenerator<T>): AsyncIterable<T> => ({
  [Symbol.asyncIterator]: () => ({ next: () => batches.next() }),
});

/** The lowest-scored units, changed as the options ask where there are inputs to refit on. */
async function planFor(
  graph: DependencyGraph,
  scores: Scores,
  inputs: KeptInputs,
  options: PruneOptions & { readonly budget: Budget },
): Promise<Plan> {
  const { budget, selection, inputShape, compensate, seed = 0 } = options;
  const settings = compensateSettings(compensate);
  const { swapUnits: swap = true, trials = false, samples, ridge, methods, positions } = settings;
  if (inputs.count() > 0 && trials) {
    const refit = withoutUndefined({ samples, ridge, methods, positions });
    return selectByTrial(graph, scores, budget, inputs.copy(), { selection, inputShape, swap, refit, seed });
  }
  const plan = selectWeighing(graph, scores, { budget, selection, inputShape }, 1);
  return swapped(graph, plan, inputs, options);
}

/** Units of the same groups that are easier to compensate, where the options ask for it. */
async function swapped(
  graph: DependencyGraph,
  plan: Plan,
  inputs: KeptInputs,
  { compensate, seed = 0 }: PruneOptions,
): Promise<Plan> {
  const { swapUnits: swap = true, ...settings } = compensateSettings(compensate);
  if (inputs.count() === 0 || !swap) return plan;
  const { samples, ridge, positions, onGroup } = settings;
  const options = withoutUndefined({ samples, ridge, positions, onGroup });
  return swapUnits(graph, plan, inputs.copy(), { ...options, seed });
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** The fields that have a value. */
const withoutUndefined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
