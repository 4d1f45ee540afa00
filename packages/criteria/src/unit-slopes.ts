/**
 * Slopes of logits with respect to units: the derivative of each example's logits in the gate that multiplies the unit at all
 * its consumers. Reads no labels.
 */
import type { DependencyGraph, GroupId } from "@secateur/dependency-graph";
import { logitSlopes, siteKey } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { addAll, GroupScope, nothingObserved } from "./group-scope.ts";
import { consumerGates, inputGate } from "./observations/consumers.ts";

/** The caller disposes everything. */
export interface UnitSlopes {
  /** All logits, `[batch, classes]`. */
  readonly logits: tf.Tensor2D;
  /** ∂logit/∂z of each unit's gate, by group, `[units, batch, chosen classes]`. */
  readonly slopes: ReadonlyMap<GroupId, tf.Tensor3D>;
}

/**
 * One forward pass, and one backward pass per chosen class, in mode "eval".
 *
 * @param xs - `[batch, ...input shape]`
 * @param classes - `[batch, chosen classes]`, int32: the classes of each example whose logits are differentiated.
 * @param purpose - The method that reads the slopes, for error messages.
 * @throws CriterionNotApplicableError for a group without consumers; TrainingError for a model without a softmax head.
 *
 * @example
 * const { logits, slopes } = unitSlopes(graph, images, classes, "my-choice");
 * const ofConv1 = slopes.get("conv1"); // [units, batch, chosen classes]
 */
export function unitSlopes(
  graph: DependencyGraph,
  xs: tf.Tensor | tf.Tensor[],
  classes: tf.Tensor2D,
  purpose: string,
): UnitSlopes {
  const { logits, gates } = logitSlopes(graph.model, xs, classes, consumerGates(graph));
  const observed = nothingObserved(graph);
  try {
    const ofGroups = tf.tidy(() =>
      graph.groups.map((group) => {
        const scope = new GroupScope(observed, group, purpose);
        scope.requireGatesOnInputs();
        const perConsumer = scope.perConsumer((layer) => gates[siteKey(inputGate(layer))] as tf.Tensor3D);
        return tf.transpose(addAll(perConsumer), [2, 1, 0]);
      }),
    );
    return { logits, slopes: new Map(graph.groups.map(({ id }, i) => [id, ofGroups[i] as tf.Tensor3D])) };
  } catch (error) {
    logits.dispose();
    throw error;
  } finally {
    tf.dispose({ ...gates });
  }
}
