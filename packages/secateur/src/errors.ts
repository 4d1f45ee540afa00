/** The errors of this package: failures that the user can mend. */
import { SecateurError } from "@secateur/base";

export class CommandError extends SecateurError {
  override readonly name: string = "CommandError";
  override readonly code: string = "COMMAND";
}
