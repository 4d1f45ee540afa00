/** Refuses to begin a run without the settings that have no default. */

import { flagName } from "./flag-name.ts";
import type { Program } from "./program.ts";
import { UsageError } from "./usage-error.ts";

/** @throws UsageError with one sentence. */
export function requireNeeded<Config>(config: Config, needed: NonNullable<Program<Config>["needed"]>): void {
  const [missing] = needed.filter(({ setting }) => config[setting] === null);
  if (missing === undefined) return;
  throw new UsageError(`--${flagName(missing.setting)} is missing: ${missing.advice(config)}.`);
}
