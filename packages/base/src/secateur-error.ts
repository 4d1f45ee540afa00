/** The base class of all errors that Secateur packages throw deliberately. The message says what to do. */
import { printable } from "./printable.ts";

const maximumMessageLength = 2000;

/** A message may contain names from files: control characters are replaced, and a long message is cut in the middle. */
export class SecateurError extends Error {
  override readonly name: string = "SecateurError";
  /** For instance `INVALID_PLAN`. Codes are stable, messages may change. */
  readonly code: string = "SECATEUR";
  readonly isSecateurError: true = true;

  constructor(message = "", options?: ErrorOptions) {
    super(printable(message, maximumMessageLength), options);
  }
}

/** True for a `SecateurError`, also of another copy of this package. */
export function isSecateurError(error: unknown): error is SecateurError {
  return error instanceof Error && "isSecateurError" in error;
}
