/**
 * Make the planned units contribute nothing, shapes unchanged: the *input* slices of every weight that consumes them
 * become zero. The result computes exactly what the smaller model does, so it is what removal is checked against.
 */
import type { DependencyGraph } from "@secateur/dependency-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { graphOf, type SurgeryOptions } from "./apply-plan.ts";
import { removedPositions } from "./kept-positions.ts";
import { checkPlan, type Plan } from "./plan.ts";
import { rebuild } from "./rebuild.ts";

/** A copy of the model in which the planned units are silent. */
export function silence(model: tfl.LayersModel, plan: Plan, options: SurgeryOptions = {}): tfl.LayersModel {
  const graph: DependencyGraph = graphOf(model, options);
  checkPlan(graph, plan);
  const gone = removedPositions(graph, plan, ({ role }) => role === "input");
  return rebuild(model, model.getConfig(), (weight, name) => {
    let masked = tf.clone(weight);
    for (const [axis, removed] of gone.get(name) ?? []) {
      const mask = Float32Array.from(removed, (isGone) => 1 - isGone);
      const shape = weight.shape.map((size, i) => (i === axis ? size : 1));
      masked = tf.mul(masked, tf.tensor(mask, shape));
    }
    return masked;
  });
}
