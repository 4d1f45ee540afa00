/**
 * A criterion computes one score per unit from observations of a minibatch. `observes` lists the observations that it reads;
 * reading a field of another one does not compile.
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { GroupView } from "./group-view.ts";
import type { GroupFieldsOf, Observation, WeightFieldsOf } from "./observation.ts";

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
