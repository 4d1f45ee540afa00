/** The errors of this package. Their messages include the byte offset of the opcode that failed. */
import { printable, SecateurError } from "@secateur/base";

/** The pickle names a class or function that is not in the allow-list. Nothing was called. */
export class ForbiddenGlobalError extends SecateurError {
  override readonly name = "ForbiddenGlobalError";
  override readonly code = "PICKLE_FORBIDDEN_GLOBAL";
  /** The requested name, `module.name`. */
  readonly global: string;
  /** Byte offset of the opcode. */
  readonly offset: number;

  constructor(global: string, offset: number) {
    super(
      `the pickle requests "${printable(global)}" (byte ${offset}), which is not in the allow-list; nothing was called`,
    );
    this.global = global;
    this.offset = offset;
  }
}

/** The bytes are not a pickle, are truncated, or exceed a limit. */
export class MalformedPickleError extends SecateurError {
  override readonly name = "MalformedPickleError";
  override readonly code = "PICKLE_MALFORMED";
  /** Byte offset of the opcode that failed, from the start of the given bytes. */
  readonly offset: number;

  constructor(problem: string, offset: number, options?: ErrorOptions) {
    super(`malformed pickle at byte ${offset}: ${problem}`, options);
    this.offset = offset;
  }
}
