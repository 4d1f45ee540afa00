import { SecateurError } from "@secateur/base";

/** The message is one sentence that says what to do. */
export class NativeEngineError extends SecateurError {
  override readonly name: string = "NativeEngineError";
  override readonly code: string = "NATIVE_ENGINE";
}

/** The machine lacks something, such as a compiler. Not for an engine that was built and does not work. */
export class MissingPieceError extends NativeEngineError {
  override readonly name = "MissingPieceError";
}

/** Exit codes: a script can distinguish a machine that cannot have the engine from a broken engine. */
export const exitCodes = { broken: 1, usage: 2, missing: 3 } as const;
