/** Score by gradients that a test made up, or observed itself. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { Criterion, Scores } from "../src/index.ts";
import { type Gradients, observedNothing } from "../src/observe/observed.ts";
import { scoreObserved } from "../src/score-observed.ts";

export function scoreGradients(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  gradients: Gradients | null,
  minibatch: number,
): ReadonlyMap<string, Scores> {
  return scoreObserved(graph, criteria, { ...observedNothing, gradients }, minibatch);
}
