/** Settings as command-line flags, quoted for a shell. */
import type { Flag, FlagKind, Flags } from "./program.ts";

/** The flag of a setting, without its dashes: `batch-size` for `batchSize`, `no-compensate` for an off-switch. */
export function flagName(setting: string, kind: FlagKind = "text"): string {
  const name = setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return kind === "off-switch" ? `no-${name}` : name;
}

/** For instance `--ratios 0.5,0.7`, in the order of the table; operands are their values alone. */
export function asFlags(settings: object, flags: Flags): readonly string[] {
  const values = new Map<string, unknown>(Object.entries(settings));
  return Object.entries(flags).flatMap(([key, flag]) => {
    const value = values.get(key);
    return value === undefined || value === null ? [] : asWords(key, flag, value);
  });
}

function asWords(key: string, { kind, isOperand = false }: Flag, value: unknown): readonly string[] {
  const flag = `--${flagName(key, kind)}`;
  if (typeof value === "boolean") return value === (kind === "switch") ? [flag] : [];
  if (isOperand) return [quoted(String(value))];
  const words = kind === "paths" && Array.isArray(value) ? value : [value];
  return words.map((word) => `${flag} ${quoted(String(word) || ",")}`); // a single comma is an empty list
}

/** A word that a shell passes on as it is. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
