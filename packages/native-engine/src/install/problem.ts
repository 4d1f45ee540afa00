import { SecateurError } from "@secateur/base";

/** The message is one sentence for people, with what to do. */
export class NativeEngineError extends SecateurError {
  override readonly name: string = "NativeEngineError";
  override readonly code: string = "NATIVE_ENGINE";
}

/** Something that the machine lacks; an engine that was built and does not work is not that. */
export class MissingPieceError extends NativeEngineError {
  override readonly name = "MissingPieceError";
}

/** Of the process: scripts can tell a machine that cannot have the engine from an engine that is broken. */
export const exitCodes = { broken: 1, usage: 2, missing: 3 } as const;
