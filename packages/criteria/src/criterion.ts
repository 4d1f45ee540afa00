/**
 * What a criterion is: it turns what was observed in a minibatch into one score a unit.
 *
 * @example A criterion of your own
 * export const criterion = defineCriterion({
 *   name: "largest-weight",
 *   observes: "nothing",
 *   score: (group) => group.sum(["kernel"], ({ value }) => tf.pow(value, 8)),
 * });
 */
import type { GroupId, Role } from "@secateur/dependency-graph";
import type * as tf from "@tensorflow/tfjs-core";

/** What has to be computed in a minibatch before scoring. Gradients cost one training step, however many ask. */
export type Observation = "nothing" | "gradients";

/** A weight that the group's units lie in, and its gradient (of the minibatch's mean loss), of the same shape. */
export interface ObservedWeight {
  readonly value: tf.Tensor;
  /** Throws unless the criterion observes gradients. */
  readonly gradient: tf.Tensor;
  readonly role: Role;
}

/** One group of units as a criterion sees it, in one minibatch. */
export interface ObservedGroup {
  readonly id: GroupId;
  readonly unitCount: number;
  /** Number of the minibatch, from 0. */
  readonly minibatch: number;
  /** Do the kernels that make the units feed batch normalisation directly, so that their scale means nothing? */
  readonly normalized: boolean;
  /**
   * Add `f` over everything of the chosen weights but the unit's own index, `[units]`.
   * `f` is elementwise and returns the weight's shape. Throws when no weight has such a role.
   */
  readonly sum: (roles: readonly Role[], f: (weight: ObservedWeight) => tf.Tensor) => tf.Tensor1D;
  /** ∂E/∂z of the gate z = 1 that multiplies the unit wherever it is consumed, `[units]`. See `taylor-gate.ts`. */
  readonly gateGradient: tf.Tensor1D;
}

export interface Criterion {
  readonly name: string;
  readonly observes: Observation;
  /** `[units]`, larger is more important; finite. Called inside `tf.tidy`. */
  readonly score: (group: ObservedGroup) => tf.Tensor1D;
  /** A sentence on why the score of such a group means nothing, if that is so. */
  readonly caveat?: (group: ObservedGroup) => string | null;
}

/** Checks a criterion's form, and gives it its type. Throws `TypeError`. */
export function defineCriterion(criterion: Criterion): Criterion {
  const { name, observes, score } = criterion;
  if (typeof name !== "string" || name === "") throw new TypeError("a criterion needs a name");
  if (observes !== "nothing" && observes !== "gradients") {
    throw new TypeError(
      `criterion "${name}": observes must be "nothing" or "gradients", not ${JSON.stringify(observes)}`,
    );
  }
  if (typeof score !== "function") throw new TypeError(`criterion "${name}" needs a function score(group)`);
  return Object.freeze({ ...criterion });
}
