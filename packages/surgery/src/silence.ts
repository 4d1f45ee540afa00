/**
 * Silences the units of a plan: sets the *input* slices of every weight that consumes them to zero. Shapes do not change. The
 * result computes exactly what the smaller model computes, so `verifyPlan` compares the two.
 */
import { consumesUnits, type DependencyGraph } from "@secateur/dependency-graph";
import { rebuildModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { graphOf, type SurgeryOptions } from "./apply-plan.ts";
import { removedIndices } from "./kept-indices.ts";
import { checkPlan, type Plan } from "./plan.ts";

/**
 * A copy of the model in which the units of the plan contribute nothing. The caller disposes it.
 *
 * @throws InvalidPlanError if the plan is for another model.
 *
 * @example const silenced = silence(model, plan);
 */
export function silence(model: tfl.LayersModel, plan: Plan, options: SurgeryOptions = {}): tfl.LayersModel {
  const graph: DependencyGraph = graphOf(model, options);
  checkPlan(graph, plan);
  const removed = removedIndices(graph, plan, ({ role }) => consumesUnits(role));
  return rebuildModel(model, model.getConfig(), (weight, path) => {
    let masked = tf.clone(weight);
    for (const [axis, flags] of removed.get(path) ?? []) {
      const mask = Float32Array.from(flags, (isRemoved) => 1 - isRemoved);
      const shape = weight.shape.map((size, i) => (i === axis ? size : 1));
      masked = tf.mul(masked, tf.tensor(mask, shape));
    }
    return masked;
  });
}
