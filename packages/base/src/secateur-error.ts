/** The base class of all errors that Secateur packages throw deliberately. The message says what to do. */
export class SecateurError extends Error {
  override readonly name: string = "SecateurError";
  /** For instance `INVALID_PLAN`. Codes are stable, messages may change. */
  readonly code: string = "SECATEUR";
  readonly isSecateurError: true = true;
}

/** True for a `SecateurError`, also of another copy of this package. */
export function isSecateurError(error: unknown): error is SecateurError {
  return error instanceof Error && "isSecateurError" in error;
}
