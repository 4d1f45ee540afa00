/** The errors of this package. */
import { SecateurError } from "@secateur/base";

/** A worker failed or ended, or the worker pool does not support the request. The model is unchanged. */
export class DataParallelError extends SecateurError {
  override readonly name: string = "DataParallelError";
  override readonly code: string = "DATA_PARALLEL";
}

/** A worker stopped waiting because another one failed. The other worker's error is the cause. */
export class AbortedError extends DataParallelError {
  override readonly name = "AbortedError";
}
