/** The errors of this package. */
import { SecateurError } from "@secateur/base";

/** A worker failed or ended, or the team cannot do what it is asked. The model is as it was before the step. */
export class TeamError extends SecateurError {
  override readonly name: string = "TeamError";
  override readonly code: string = "DATA_PARALLEL";
}

/** Inside a worker: it gave up waiting, because another failed. That other one's error is the one worth telling. */
export class AbandonedError extends TeamError {
  override readonly name = "AbandonedError";
}
