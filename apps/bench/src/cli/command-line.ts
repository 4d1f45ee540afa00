/** Settings and directories as a person would type them after a shell's prompt. */
import { flagName } from "./flag-name.ts";
import type { Flags } from "./program.ts";

/** @param name a program's. */
export const commandOf = (name: string): string => `npx pnpm@10.34.9 bench:${name}`;

/** The command that goes on with a run. */
export function commandToResume(name: string, directory: string): string {
  return `${commandOf(name)} --out ${quoted(directory)} --resume`;
}

/** `--ratios 0.5,0.7`, in the order of the table. */
export function asFlags(settings: object, flags: Flags): readonly string[] {
  const values = new Map<string, unknown>(Object.entries(settings));
  return Object.entries(flags).flatMap(([key, { kind }]) => {
    const value = values.get(key);
    if (value === undefined || value === null || value === false) return [];
    const flag = `--${flagName(key)}`;
    if (value === true) return [flag];
    const words = kind === "paths" && Array.isArray(value) ? value : [value];
    return words.map((word) => `${flag} ${quoted(String(word) || ",")}`); // a lone comma is an empty list
  });
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
