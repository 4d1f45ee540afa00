/** Ways of choosing units that score no single units: `pruneOnce` takes one in place of a criterion. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { Plan } from "@secateur/surgery";
import type { UnlabelledBatches } from "@secateur/training";
import { checkJointOptions, type JointOptions, selectJointly } from "./select-jointly.ts";
import type { SelectionRequest } from "./selection-run.ts";

export interface Selector {
  readonly name: string;
  /** Whether `pruneOnce` swaps the chosen units for others of their groups, as `swapUnits`. */
  readonly swaps?: boolean;
  /** Returns a plan for the graph's model that meets the budget within the selection. Disposes the samples. */
  readonly select: (
    graph: DependencyGraph,
    samples: UnlabelledBatches,
    request: SelectionRequest,
  ) => Promise<Plan>;
}

/**
 * Chooses a set of units by its joint effect on the prediction, as `selectJointly`.
 *
 * @example await pruneOnce(model, { criterion: jointly(), data, budget: { macs: 0.3 } });
 */
export function jointly(options: JointOptions = {}): Selector {
  checkJointOptions(options);
  return {
    name: "jointly",
    select: (graph, samples, { budget, ...request }) =>
      selectJointly(graph.model, graph, samples, budget, { ...options, ...request }),
  };
}
