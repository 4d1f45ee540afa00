/** The errors of this package. */
import { SecateurError } from "@secateur/base";

export class SurgeryError extends SecateurError {
  override readonly name: string = "SurgeryError";
  override readonly code: string = "SURGERY";
}

/** A plan that is malformed, or is for another model. */
export class InvalidPlanError extends SurgeryError {
  override readonly name = "InvalidPlanError";
  override readonly code = "INVALID_PLAN";
}

/** The smaller model and the silenced one compute different outputs. */
export class RemovalMismatchError extends SurgeryError {
  override readonly name = "RemovalMismatchError";
  override readonly code = "REMOVAL_MISMATCH";
}
