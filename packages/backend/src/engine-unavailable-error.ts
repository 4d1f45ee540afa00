/** Thrown when the engine that was asked for cannot be used, and when none can. */
import { SecateurError } from "@secateur/base";

/** The message is one sentence: which engine, why not, and what to do. */
export class EngineUnavailableError extends SecateurError {
  override readonly name = "EngineUnavailableError";
  override readonly code = "ENGINE_UNAVAILABLE";
  readonly engine: string;
  readonly reason: string;

  /**
   * @param engine - The name that was asked for.
   * @param reason - Why it cannot be used, without a final full stop.
   * @param remedy - What to do about it, without a final full stop.
   */
  constructor(engine: string, reason: string, remedy: string) {
    super(`Engine "${engine}" cannot be used: ${reason}; ${remedy}.`);
    this.engine = engine;
    this.reason = reason;
  }
}
