/** The errors of this package. A message says what happened and what to do. */

export class TrainingError extends Error {
  override readonly name: string = "TrainingError";
}

/** The loss is NaN or infinite. It is thrown before the weights change: the model is as it was before the step. */
export class NonFiniteLossError extends TrainingError {
  override readonly name = "NonFiniteLossError";
  constructor(loss: number, step: number) {
    super(
      `the loss is ${loss} at step ${step}; the weights are as before that step. ` +
        "Train with a lower learning rate, and check the data and the weights for NaN",
    );
  }
}
