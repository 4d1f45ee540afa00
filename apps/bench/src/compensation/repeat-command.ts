/** The command that repeats a run from the start: the settings that differ from the program's defaults. */
import { asFlags } from "@secateur/command-line";
import { type CompensationConfig, completeConfig, defaults } from "./config.ts";
import { compensation } from "./program.ts";

export function repeatCommand(config: CompensationConfig): string {
  const { quick, model } = config;
  const implied = { ...completeConfig({ quick, model }), quick: false, model: defaults.model };
  const expected = new Map<string, unknown>(Object.entries(implied));
  const changed = Object.entries(config).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(expected.get(key)),
  );
  return [compensation.command, ...asFlags(Object.fromEntries(changed), compensation.flags)].join(" ");
}
