/** The errors of this package. A criterion that cannot be computed throws; it never returns zeros. */
import { SecateurError } from "@secateur/base";

export class CriterionError extends SecateurError {
  override readonly name: string = "CriterionError";
  override readonly code: string = "CRITERION";
}

/** The model lacks something that the criterion reads, for instance batch normalisation for "bn-scale". */
export class CriterionNotApplicableError extends CriterionError {
  override readonly name = "CriterionNotApplicableError";
  override readonly code = "CRITERION_NOT_APPLICABLE";
  /** @param group - Null if the whole model cannot be scored. */
  constructor(criterion: string, group: string | null, reason: string) {
    super(
      `criterion "${criterion}" cannot score ${group === null ? "this model" : `group "${group}"`}: ${reason}`,
    );
  }
}

/** A score is NaN or infinite, because weights or gradients are. */
export class NonFiniteScoreError extends CriterionError {
  override readonly name = "NonFiniteScoreError";
  override readonly code = "NON_FINITE_SCORE";
  constructor(criterion: string, group: string, unit: number, score: number) {
    super(
      `criterion "${criterion}" returned the score ${score} for unit ${unit} of group "${group}": ` +
        "the weights or gradients of its layers are not finite; train with a lower learning rate",
    );
  }
}
