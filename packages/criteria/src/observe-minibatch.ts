/** Computes the observations of several criteria, each once: from a training step or by passes of their own. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import {
  type Batch,
  type LossAndGradients,
  lossAndGradients,
  siteKey,
  TrainingError,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, labelOf } from "./criterion.ts";
import { CriterionError, CriterionNotApplicableError } from "./errors.ts";
import type { ObservedMinibatch } from "./group-scope.ts";
import type { Observation, ObserveOptions, StepRequest } from "./observation.ts";

/**
 * Options for `trainStep`, so that the step returns the results that the criteria observe.
 *
 * @example await trainStep(model, optimizer, batch, { ...stepOptionsFor(graph, [criterion]), observe: … });
 */
export function stepOptionsFor(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
): Required<StepRequest> {
  const requests = observationsOf(criteria).map(({ observation, criterion }) =>
    asCriterionError(criterion, () => observation.step?.(graph) ?? {}),
  );
  const gates = requests.flatMap((request) => request.gates ?? []);
  return {
    weights: [...new Set(requests.flatMap((request) => request.weights ?? []))],
    gates: [...new Map(gates.map((site) => [siteKey(site), site])).values()],
    inputStatistics: [...new Set(requests.flatMap((request) => request.inputStatistics ?? []))],
  };
}

/** Loss and gradients for the criteria, without an update; null if none of them needs a step. Dropout is off. */
export function scoringStep(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  batch: Batch,
  { mode, loss, microBatches = 1 }: ObserveOptions,
): LossAndGradients | null {
  const request = stepOptionsFor(graph, criteria);
  const { weights, gates, inputStatistics } = request;
  if (weights.length + gates.length + inputStatistics.length === 0) return null;
  return lossAndGradients(graph.model, batch, { mode, dropout: false, ...request, loss, microBatches });
}

/**
 * @param step - The result of a step of `graph.model` on this batch with `stepOptionsFor`; null if no criterion needs one.
 * @returns Free it with `disposeResults`. The caller disposes the step.
 * @throws CriterionNotApplicableError if a pass cannot run on the model.
 */
export async function observeMinibatch(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  batch: Batch,
  step: LossAndGradients | null,
  options: ObserveOptions,
): Promise<ObservedMinibatch> {
  const results = new Map<string, unknown>();
  try {
    for (const { observation, criterion } of observationsOf(criteria)) {
      if (observation.pass === undefined) continue;
      const pass = async (): Promise<unknown> => observation.pass?.({ ...options, graph, batch });
      const fail = (error: unknown): never =>
        asCriterionError(criterion, () => {
          throw error;
        });
      results.set(observation.name, await pass().catch(fail));
    }
  } catch (error) {
    tf.dispose([...results.values()] as tf.TensorContainer[]);
    throw error;
  }
  return { graph, minibatch: options.minibatch, step, results, sums: new Map() };
}

/** Disposes the results of observations' passes. */
export function disposeResults({ results }: ObservedMinibatch): void {
  tf.dispose([...results.values()] as tf.TensorContainer[]);
}

/** One observation per name, the one with the largest extent, and a criterion that lists it. */
function observationsOf(
  criteria: readonly Criterion[],
): readonly { readonly observation: Observation; readonly criterion: string }[] {
  const chosen = new Map<string, { readonly observation: Observation; readonly criterion: string }>();
  for (const criterion of criteria) {
    for (const observation of criterion.observes) {
      const previous = chosen.get(observation.name)?.observation;
      if (previous === undefined || (observation.extent ?? 0) > (previous.extent ?? 0))
        chosen.set(observation.name, { observation, criterion: labelOf(criterion) });
    }
  }
  return [...chosen.values()];
}

/** Turns errors into ones with the name of the criterion that needs the observation. */
function asCriterionError<T>(criterion: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof TrainingError) throw new CriterionNotApplicableError(criterion, null, error.message);
    if (error instanceof CriterionError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new CriterionError(`criterion "${criterion}" fails in an observation: ${message}`, {
      cause: error,
    });
  }
}
