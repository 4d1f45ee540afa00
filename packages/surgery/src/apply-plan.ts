/**
 * Cut the planned units out: a new, smaller, stock `tf.LayersModel`.
 *
 * Every bound axis of every weight is gathered at the positions that stay; the layers' configured counts follow.
 * The input model is left alone, and so is any optimiser: a compiled model must be compiled again.
 */
import { buildDependencyGraph, type DependencyGraph, type LayerRules } from "@secateur/dependency-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { gatherKept } from "./gather-kept.ts";
import { keptPositions } from "./kept-positions.ts";
import type { Plan } from "./plan.ts";
import { rebuild, shrunkConfig } from "./rebuild.ts";

export interface SurgeryOptions {
  /** The model's graph, where it is at hand already. Default: it is built. */
  readonly graph?: DependencyGraph;
  /** Rules for layer classes of your own, as in `buildDependencyGraph`. */
  readonly rules?: LayerRules;
}

/**
 * Throws `InvalidPlanError` when the plan was made for another model or would empty a layer.
 *
 * @example const smaller = applyPlan(model, plan); await smaller.save("file://smaller");
 */
export function applyPlan(model: tfl.LayersModel, plan: Plan, options: SurgeryOptions = {}): tfl.LayersModel {
  const graph = graphOf(model, options);
  const kept = keptPositions(graph, plan);
  return rebuild(model, shrunkConfig(graph, plan), (weight, name) => gatherKept(weight, name, kept));
}

export function graphOf(model: tfl.LayersModel, { graph, rules }: SurgeryOptions): DependencyGraph {
  if (graph !== undefined && graph.model === model) return graph;
  return buildDependencyGraph(model, rules === undefined ? {} : { rules });
}
