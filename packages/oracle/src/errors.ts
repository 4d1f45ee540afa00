/** The errors of this package. */
import { SecateurError } from "@secateur/base";

export class OracleError extends SecateurError {
  override readonly name: string = "OracleError";
  override readonly code: string = "ORACLE";
}
