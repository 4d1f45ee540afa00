/** A program of the bench: its command line, and the flags of the run's directory. */
import { type Flag, type Program, quoted } from "@secateur/command-line";

export interface BenchProgram<Config> extends Program<Config> {
  /** The part of the command after `bench:`; also the prefix of new run directories. */
  readonly name: string;
  /** Settings without a default, null unless given, and the advice for a missing one; null where it is not needed. */
  readonly needed?: readonly {
    readonly setting: keyof Config & string;
    readonly advice: (config: Config) => string | null;
  }[];
}

/** The name of a program and the command that starts it. */
export function named(name: string): Pick<BenchProgram<never>, "name" | "command"> {
  return { name, command: `npx pnpm@10.34.9 bench:${name}` };
}

/** The command that continues a run. */
export function commandToResume({ command }: { readonly command: string }, directory: string): string {
  return `${command} --out ${quoted(directory)} --resume`;
}

/** @param results - The files that a run writes besides its settings and events. */
export function outputFlags(results: string): Readonly<Record<"out" | "resume", Flag>> {
  return {
    out: {
      kind: "path",
      group: "Output",
      value: "DIR",
      help: `Directory for config.json, events.jsonl, ${results} (default: a new directory in runs/).`,
    },
    resume: {
      kind: "switch",
      group: "Output",
      help: "Continue the run in --out DIR with its own settings, after any interruption. The results equal those of an uninterrupted run.",
    },
  };
}
