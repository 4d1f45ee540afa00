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
import { type Observation, observations } from "./observe/observation.ts";

/** A weight that the group's units lie in, and its gradient (of the minibatch's mean loss), of the same shape. */
export interface ObservedWeight {
  readonly value: tf.Tensor;
  /** Of the minibatch's mean loss. Throws where nothing was observed. */
  readonly gradient: tf.Tensor;
  /** This weight's part of H W, the Hessian of the mean loss times all weights. Throws unless "hessian" is observed. */
  readonly hessianProduct: tf.Tensor;
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
  /** The chosen weights themselves, a row for each unit: `[units, weights]`. */
  readonly rows: (roles: readonly Role[]) => tf.Tensor2D;
  /** ∂E/∂z of the gate z = 1 that multiplies the unit wherever it is consumed, `[units]`. See `taylor-gate.ts`. */
  readonly gateGradient: tf.Tensor1D;
  /** ∂E_n/∂z of each example's own loss, `[batch, units]`. For "examples". */
  readonly gateGradientPerExample: tf.Tensor2D;
  /** ∂E/∂z of a gate on each whole tensor that the unit's consumers get, `[tensors, units]`. For "tensors". */
  readonly gateGradientPerTensor: tf.Tensor2D;
  /** ∂E_n/∂z for a label drawn from the model's own prediction, `[batch, units]`. For "fisher". */
  readonly gateGradientPerDrawnLabel: tf.Tensor2D;
  /** v · H v for a random sign v of each gate, whose mean is ∂²E/∂z², `[units]`. For "hutchinson". */
  readonly gateCurvatureEstimate: tf.Tensor1D;
  /** For "margins". */
  readonly margins: ObservedMargins;
  /** Mean of the unit over examples, positions and consumers, `[units]`. For "activations". */
  readonly activationMean: tf.Tensor1D;
  /** Share of examples and positions where the unit is not 0, `[units]`. For "activations". */
  readonly activity: tf.Tensor1D;
}

/** What an example's loss depends on: by how much wrong classes' logits exceed that of its own. */
export interface ObservedMargins {
  /** `[batch]`: log p of the example's class and of all classes that are not followed. */
  readonly logKept: tf.Tensor1D;
  /** `[competitors, batch]`: log p of the competitors, the strongest first. */
  readonly logProbabilities: tf.Tensor2D;
  /** ∂margin/∂z, `[competitors, batch, units]`. */
  readonly slopes: tf.Tensor3D;
}

export interface Criterion {
  readonly name: string;
  /** What has to be computed in a minibatch. */
  readonly observes: Observation;
  /** For "margins": how many wrong classes an example; Infinity for all. Default 2. */
  readonly competitors?: number;
  /** `[units]`, larger is more important; finite. Called inside `tf.tidy`. */
  readonly score: (group: ObservedGroup) => tf.Tensor1D;
  /** A sentence on why the score of such a group means nothing, if that is so. */
  readonly caveat?: (group: ObservedGroup) => string | null;
}

/** Checks a criterion's form, and gives it its type. Throws `TypeError`. */
export function defineCriterion(criterion: Criterion): Criterion {
  const { name, observes, score } = criterion;
  if (typeof name !== "string" || name === "") throw new TypeError("a criterion needs a name");
  if (!observations.includes(observes)) {
    throw new TypeError(
      `criterion "${name}": observes must be one of ${observations.join(", ")}, not ${JSON.stringify(observes)}`,
    );
  }
  const { competitors = 1 } = criterion;
  if (!(competitors >= 1 && (Number.isInteger(competitors) || competitors === Number.POSITIVE_INFINITY)))
    throw new TypeError(
      `criterion "${name}": competitors must be a whole number from 1, or Infinity, not ${competitors}`,
    );
  if (typeof score !== "function") throw new TypeError(`criterion "${name}" needs a function score(group)`);
  return Object.freeze({ ...criterion });
}
