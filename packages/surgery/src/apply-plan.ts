/**
 * Removes the units of a plan: gathers the kept indices on every bound axis of every weight, and lowers the configured counts
 * of the layers. The result is a new, smaller `tf.LayersModel`.
 */
import { buildDependencyGraph, type DependencyGraph, type LayerRules } from "@secateur/dependency-graph";
import { rebuildModel } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { SurgeryError } from "./errors.ts";
import { gatherKept } from "./gather-kept.ts";
import { keptIndices } from "./kept-indices.ts";
import type { Plan } from "./plan.ts";
import { shrunkConfig } from "./shrunk-config.ts";

export interface SurgeryOptions {
  /** The model's dependency graph. Default: built from the model. */
  readonly graph?: DependencyGraph;
  /** Layer rules for building the graph. Default: `layerRules`. */
  readonly rules?: LayerRules;
}

/**
 * The model does not change. The result is not compiled. The caller disposes it.
 *
 * @throws InvalidPlanError if the plan is for another model or would remove all units of a layer.
 * @throws SurgeryError if `graph` belongs to another model.
 *
 * @example const smaller = applyPlan(model, plan); await smaller.save("file://smaller");
 */
export function applyPlan(model: tfl.LayersModel, plan: Plan, options: SurgeryOptions = {}): tfl.LayersModel {
  const graph = graphOf(model, options);
  const kept = keptIndices(graph, plan);
  return rebuildModel(model, shrunkConfig(graph, plan), (weight, path) => gatherKept(weight, path, kept));
}

export function graphOf(model: tfl.LayersModel, { graph, rules }: SurgeryOptions): DependencyGraph {
  if (graph === undefined) return buildDependencyGraph(model, rules === undefined ? {} : { rules });
  if (graph.model === model) return graph;
  throw new SurgeryError(
    `the graph belongs to another model ("${graph.model.name}", not "${model.name}"): build one for this model`,
  );
}
