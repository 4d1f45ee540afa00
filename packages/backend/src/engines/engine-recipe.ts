// How one engine is brought up: load its package, make it the current tfjs backend, say what it runs on.

import { SecateurError } from "@secateur/base";

/** What a running engine tells about itself. */
export interface EngineDevice {
  readonly version: string;
  /** `CPU`, `GPU` … */
  readonly device: string;
  readonly threads: number;
}

export interface EngineRecipe {
  /** The npm package that holds it. */
  readonly packageName: string;
  /** What to do when it cannot be used, as a clause of a sentence. */
  readonly remedy: string;
  /** Load it and make it tfjs's current backend. Throws when it cannot be used. */
  readonly start: () => Promise<EngineDevice>;
}

/** Thrown by `start` with a reason a person can read. */
export class EngineStartError extends SecateurError {
  override readonly name = "EngineStartError";
  override readonly code = "ENGINE_START";
}
