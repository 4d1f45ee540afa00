/** Settings as command-line flags, quoted for a shell. */
import type { FlagKind, Flags } from "./program.ts";

/** The flag of a setting, without its dashes: `batch-size` for `batchSize`, `no-compensate` for an off-switch. */
export function flagName(setting: string, kind: FlagKind = "text"): string {
  const name = setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return kind === "off-switch" ? `no-${name}` : name;
}

/** @param name - The name of a program. */
export function commandOf(name: string): string {
  return `npx pnpm@10.34.9 bench:${name}`;
}

/** The command that continues a run. */
export function commandToResume(name: string, directory: string): string {
  return `${commandOf(name)} --out ${quoted(directory)} --resume`;
}

/** For instance `--ratios 0.5,0.7`, in the order of the table. */
export function asFlags(settings: object, flags: Flags): readonly string[] {
  const values = new Map<string, unknown>(Object.entries(settings));
  return Object.entries(flags).flatMap(([key, { kind }]) => {
    const value = values.get(key);
    if (value === undefined || value === null) return [];
    const flag = `--${flagName(key, kind)}`;
    if (typeof value === "boolean") return value === (kind === "switch") ? [flag] : [];
    const words = kind === "paths" && Array.isArray(value) ? value : [value];
    return words.map((word) => `${flag} ${quoted(String(word) || ",")}`); // a single comma is an empty list
  });
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
