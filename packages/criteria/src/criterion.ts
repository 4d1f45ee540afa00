/**
 * A criterion computes one score per unit from observations of a minibatch. `observes` lists the observations that it reads;
 * reading a field of another one does not compile.
 */
import type { GroupId, Role } from "@secateur/dependency-graph";
import type * as tf from "@tensorflow/tfjs-core";
import type { GroupFieldsOf, Observation, WeightFieldsOf } from "./observation.ts";

/** A weight that produces, transforms or consumes the group's units. */
export interface WeightView {
  readonly value: tf.Tensor;
  readonly role: Role;
}

/** One group of units in one minibatch. */
export interface GroupView<WeightFields = object> {
  readonly id: GroupId;
  readonly unitCount: number;
  /** Index of the minibatch. */
  readonly minibatch: number;
  /** Batch normalisation follows the kernels that produce the units directly, so that their scale does not change the loss. */
  readonly normalized: boolean;
  /**
   * Sums `f` over the elements of each unit in the weights with these roles, `[units]`. `f` is elementwise and returns a
   * tensor of the weight's shape.
   *
   * @throws CriterionNotApplicableError if no weight has such a role.
   */
  readonly sum: (roles: readonly Role[], f: (weight: WeightView & WeightFields) => tf.Tensor) => tf.Tensor1D;
  /** The elements of each unit in the weights with these roles, one row per unit: `[units, elements]`. */
  readonly rows: (roles: readonly Role[]) => tf.Tensor2D;
}

export interface Criterion {
  readonly name: string;
  /** Where it is defined, for instance a file; for messages. */
  readonly source?: string;
  readonly observes: readonly Observation[];
  /** Returns finite scores `[units]`, larger for more important units. Called inside `tf.tidy`. */
  readonly score: (group: GroupView) => tf.Tensor1D;
  /** Why the score of this group is meaningless, or null. */
  readonly caveat?: (group: GroupView) => string | null;
}

/** The name in messages. */
export function labelOf({ name, source }: Pick<Criterion, "name" | "source">): string {
  return source === undefined ? name : `${name} of ${source}`;
}

export interface CriterionDefinition<Observes extends readonly Observation[]> {
  readonly name: string;
  /** Where it is defined, for instance a file; for messages. */
  readonly source?: string;
  /** For instance `[gradients(), activations()]`; `[]` for weights only. */
  readonly observes: Observes;
  readonly score: (group: GroupView<WeightFieldsOf<Observes>> & GroupFieldsOf<Observes>) => tf.Tensor1D;
  readonly caveat?: (group: GroupView) => string | null;
}

/**
 * Defines a criterion; the type of `group` follows from `observes`.
 *
 * @throws TypeError if a part is missing or of the wrong type.
 *
 * @example
 * export const criterion = defineCriterion({
 *   name: "eighth-power",
 *   observes: [gradients()],
 *   score: (group) => group.sum(["kernel"], ({ value, gradient }) => tf.pow(tf.mul(value, gradient), 8)),
 * });
 */
export function defineCriterion<const Observes extends readonly Observation[]>(
  definition: CriterionDefinition<Observes>,
): Criterion {
  const { name, observes, score } = definition;
  if (typeof name !== "string" || name === "")
    throw new TypeError("a criterion needs a name, a string that is not empty");
  const isObservation = (entry: Observation): boolean => typeof entry?.name === "string";
  if (!Array.isArray(observes) || !observes.every(isObservation)) {
    throw new TypeError(
      `criterion "${name}": observes must be a list of observations, for instance [gradients()] or [], not ` +
        `${JSON.stringify(observes)}`,
    );
  }
  if (typeof score !== "function") throw new TypeError(`criterion "${name}" needs a function score(group)`);
  // The view that `score` receives is built from `observes`, so it has these fields.
  return Object.freeze({ ...definition, score: score as (group: GroupView) => tf.Tensor1D });
}
