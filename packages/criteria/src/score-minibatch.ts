/** The scores of one minibatch: observe what the training step did not, and score. For training loops of your own. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { Batch, LossAndGradients } from "@secateur/training";
import type { Criterion } from "./criterion.ts";
import type { ObserveOptions } from "./observe/extra-passes.ts";
import { observeMore } from "./observe/observe-minibatch.ts";
import { disposeExtras } from "./observe/observed.ts";
import { type Scores, scoreObserved } from "./score-observed.ts";

/**
 * By criterion name and group. Everything given is the caller's to dispose.
 *
 * @param step of `graph.model` on this batch, taken with `stepNeeds(graph, criteria)`, before its weights change; null
 *   only where no criterion needs one.
 *
 * @example
 * trainStep(model, optimizer, batch, {
 *   ...stepNeeds(graph, all),
 *   observe: (step) => scoreMinibatch(graph, all, batch, step, { mode: "train", minibatch }),
 * });
 */
export function scoreMinibatch(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  batch: Batch,
  step: LossAndGradients | null,
  options: ObserveOptions,
): ReadonlyMap<string, Scores> {
  const observed = observeMore(graph, criteria, batch, step, options);
  try {
    return scoreObserved(graph, criteria, observed, options.minibatch);
  } finally {
    disposeExtras(observed);
  }
}
