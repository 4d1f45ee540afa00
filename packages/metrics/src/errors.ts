/** The error of this package; its message says what cannot be measured, and why. */
import { SecateurError } from "@secateur/base";

export class MetricsError extends SecateurError {
  override readonly name: string = "MetricsError";
  override readonly code: string = "METRICS";
}
