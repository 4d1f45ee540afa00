/** The error of this package. */
import { SecateurError } from "@secateur/base";

/** Samples or options that do not fit, or a layer whose refit is not finite. */
export class CompensationError extends SecateurError {
  override readonly name = "CompensationError";
  override readonly code = "COMPENSATION";
}
