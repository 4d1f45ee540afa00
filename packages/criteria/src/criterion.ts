/**
 * A criterion turns what was observed in a minibatch into one score per unit. `observes` lists the observations it reads;
 * reading a field of any other does not compile.
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { GroupView } from "./group-view.ts";
import type { GroupFieldsOf, Observation, WeightFieldsOf } from "./observation.ts";

export interface Criterion {
  readonly name: string;
  readonly observes: readonly Observation[];
  /** `[units]`, larger is more important; finite. Called inside `tf.tidy`. */
  readonly score: (group: GroupView) => tf.Tensor1D;
  /** A sentence on why the score of this group means nothing, or null. */
  readonly caveat?: (group: GroupView) => string | null;
}

export interface CriterionDefinition<Observes extends readonly Observation[]> {
  readonly name: string;
  /** For instance `[gradients(), activations()]`; `[]` for weights only. */
  readonly observes: Observes;
  readonly score: (group: GroupView<WeightFieldsOf<Observes>> & GroupFieldsOf<Observes>) => tf.Tensor1D;
  readonly caveat?: (group: GroupView) => string | null;
}

/**
 * Checks a criterion's form and gives it its type.
 *
 * @throws TypeError where a part is missing or of the wrong type.
 *
 * @example
 * export const criterion = defineCriterion({
 *   name: "largest-step",
 *   observes: [gradients()],
 *   score: (group) => group.sum(["kernel"], ({ value, gradient }) => tf.pow(tf.mul(value, gradient), 8)),
 * });
 */
export function defineCriterion<const Observes extends readonly Observation[]>(
  definition: CriterionDefinition<Observes>,
): Criterion {
  const { name, observes, score } = definition;
  if (typeof name !== "string" || name === "") throw new TypeError("a criterion needs a name");
  const isObservation = (each: Observation): boolean => typeof each?.name === "string";
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
