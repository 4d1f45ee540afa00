/** The errors of this package. */

/** A worker failed or ended, or the team cannot do what it is asked. The model is as it was before the step. */
export class TeamError extends Error {
  override readonly name: string = "TeamError";
}

/** Inside a worker: it gave up waiting, because another failed. That other one's error is the one worth telling. */
export class AbandonedError extends TeamError {
  override readonly name = "AbandonedError";
}
