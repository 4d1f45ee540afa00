/** The base class of every error that a Secateur package throws on purpose. Its message says what to do. */
export class SecateurError extends Error {
  override readonly name: string = "SecateurError";
  /** Stable and machine-readable, for instance `INVALID_PLAN`. Messages may change, codes do not. */
  readonly code: string = "SECATEUR";
  readonly isSecateurError: true = true;
}

/** Tells an expected failure from a fault, also where two copies of this package are installed. */
export function isSecateurError(error: unknown): error is SecateurError {
  return error instanceof Error && "isSecateurError" in error;
}
