/** The errors of this package. A message says what happened and what to do. */
import { SecateurError } from "@secateur/base";

export class TrainingError extends SecateurError {
  override readonly name: string = "TrainingError";
  override readonly code: string = "TRAINING";
}

/** The loss, an input, a gradient or a batch statistic is NaN or infinite. Thrown before the weights change. */
export class NonFiniteLossError extends TrainingError {
  override readonly name = "NonFiniteLossError";
  override readonly code = "NON_FINITE_LOSS";
  /** @param source - The first tensor that is not finite, for instance `the inputs (xs)`; null for the loss alone. */
  constructor(loss: number, step: number, source: string | null = null) {
    super(
      `the loss is ${loss} at step ${step}${source === null ? "" : `: there is NaN or Infinity in ${source}`}; ` +
        "the weights are unchanged by that step. " +
        "Train with a lower learning rate, and check the data and the weights for NaN",
    );
  }
}
