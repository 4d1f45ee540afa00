/** The errors of this package. A message says what was found, what was expected and what to do. */
import { SecateurError } from "@secateur/base";

export class SurgeryError extends SecateurError {
  override readonly name: string = "SurgeryError";
  override readonly code: string = "SURGERY";
}

/** A plan that is malformed, or was made for another model. */
export class InvalidPlanError extends SurgeryError {
  override readonly name = "InvalidPlanError";
  override readonly code = "INVALID_PLAN";
}

/** The smaller model and the silenced one compute different outputs. */
export class RemovalMismatchError extends SurgeryError {
  override readonly name = "RemovalMismatchError";
  override readonly code = "REMOVAL_MISMATCH";
}
