/** The error of this package. */
import { SecateurError } from "@secateur/base";

export class MetricsError extends SecateurError {
  override readonly name: string = "MetricsError";
  override readonly code: string = "METRICS";
}
