/** The errors of this package. A criterion that cannot be computed throws by name and reason; it never returns zeros. */
import { SecateurError } from "@secateur/base";

export class CriterionError extends SecateurError {
  override readonly name: string = "CriterionError";
  override readonly code: string = "CRITERION";
}

/** The model lacks what the criterion reads, for instance batch normalisation for "bn-scale". */
export class CriterionNotApplicableError extends CriterionError {
  override readonly name = "CriterionNotApplicableError";
  override readonly code = "CRITERION_NOT_APPLICABLE";
  /** @param group - Null where it is the whole model that cannot be scored. */
  constructor(criterion: string, group: string | null, reason: string) {
    super(`criterion "${criterion}" cannot score ${group === null ? "this model" : `"${group}"`}: ${reason}`);
  }
}

/** A score is NaN or infinite, because gradients or weights are. */
export class NonFiniteScoreError extends CriterionError {
  override readonly name = "NonFiniteScoreError";
  override readonly code = "NON_FINITE_SCORE";
  constructor(criterion: string, group: string, unit: number, score: number) {
    super(
      `criterion "${criterion}" gives unit ${unit} of "${group}" the score ${score}: ` +
        "the weights or gradients of that layer are not finite; train with a lower learning rate",
    );
  }
}
