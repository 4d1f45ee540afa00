/**
 * Makes the planned units contribute nothing, shapes unchanged: the *input* slices of every weight that consumes them
 * become zero. The result computes exactly what the smaller model computes, so removal is checked against it.
 */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { rebuildModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { graphOf, type SurgeryOptions } from "./apply-plan.ts";
import { removedIndices } from "./kept-indices.ts";
import { checkPlan, type Plan } from "./plan.ts";

/**
 * A copy of the model in which the planned units are silent. The caller disposes it.
 *
 * @throws InvalidPlanError where the plan was made for another model.
 */
export function silence(model: tfl.LayersModel, plan: Plan, options: SurgeryOptions = {}): tfl.LayersModel {
  const graph: DependencyGraph = graphOf(model, options);
  checkPlan(graph, plan);
  const gone = removedIndices(graph, plan, ({ role }) => role === "input");
  return rebuildModel(model, model.getConfig(), (weight, path) => {
    let masked = tf.clone(weight);
    for (const [axis, removed] of gone.get(path) ?? []) {
      const mask = Float32Array.from(removed, (isGone) => 1 - isGone);
      const shape = weight.shape.map((size, i) => (i === axis ? size : 1));
      masked = tf.mul(masked, tf.tensor(mask, shape));
    }
    return masked;
  });
}
