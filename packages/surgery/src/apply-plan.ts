/**
 * Cuts the planned units out: a new, smaller, stock `tf.LayersModel`. Every bound axis of every weight is gathered at
 * the indices that stay, and the layers' configured counts shrink with it.
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
  /** The model's graph, if you have it already. Default: it is built. */
  readonly graph?: DependencyGraph;
  /** Rules for your own layer classes, as in `buildDependencyGraph`. */
  readonly rules?: LayerRules;
}

/**
 * The input model is left alone. A compiled model must be compiled again: an optimiser's state belongs to the old shapes.
 *
 * @throws InvalidPlanError where the plan was made for another model or would empty a layer.
 * @throws SurgeryError where `graph` belongs to another model.
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
