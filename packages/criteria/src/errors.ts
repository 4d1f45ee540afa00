/** The errors of this package. A criterion that cannot be computed says so by name and reason; it never returns zeros. */
import { SecateurError } from "@secateur/base";

export class CriterionError extends SecateurError {
  override readonly name: string = "CriterionError";
  override readonly code: string = "CRITERION";
}

/** The model has not what the criterion needs, for instance no batch normalisation for "bn-scale". */
export class CriterionNotApplicableError extends CriterionError {
  override readonly name = "CriterionNotApplicableError";
  constructor(criterion: string, group: string, reason: string) {
    super(`criterion "${criterion}" cannot score "${group}": ${reason}`);
  }
}

/** A score is NaN or infinite: the gradients, or the weights, have gone wrong. */
export class NonFiniteScoreError extends CriterionError {
  override readonly name = "NonFiniteScoreError";
  constructor(criterion: string, group: string, unit: number, score: number) {
    super(
      `criterion "${criterion}" gives unit ${unit} of "${group}" the score ${score}: ` +
        "the weights or gradients of that layer are not finite; train with a lower learning rate",
    );
  }
}
