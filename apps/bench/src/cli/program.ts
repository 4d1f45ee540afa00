/** What a program's command line is made from: one table of flags for the parser, the help and the command to repeat a run. */
import type { z } from "zod";

/** How a flag's text becomes a value. Paths are made absolute; a number that is none stays text and is refused later. */
export type FlagKind = "text" | "texts" | "number" | "numbers" | "path" | "paths" | "switch";

export interface Flag {
  readonly kind: FlagKind;
  readonly group: string;
  /** Stands for the value in the help; switches have none. */
  readonly value?: string;
  readonly help: string;
  /** What a switch puts in the place of the defaults. */
  readonly implies?: object;
}

/** By the setting that each decides, in the order of the help. */
export type Flags = Readonly<Record<string, Flag>>;

export interface Program<Config> {
  /** What follows `bench:`, and what new directories are named after. */
  readonly name: string;
  /** The beginning of the help. */
  readonly purpose: string;
  /** Of all settings that can be chosen; those of `outputFlags` are no settings. */
  readonly flags: Flags & Readonly<Record<"out" | "help", Flag>>;
  /** What the help says of each setting's default. */
  readonly defaults: Partial<Record<keyof Config, unknown>>;
  /** What was given, completed by the defaults. */
  readonly complete: (given: Partial<Config>) => Config;
  /** Settings without a default, which are null when they are not given, and what is said then. */
  readonly needed?: readonly {
    readonly setting: keyof Config & string;
    readonly advice: (config: Config) => string;
  }[];
  /** What settings may be. */
  readonly schema: z.ZodType<Config>;
  readonly examples: readonly (readonly [what: string, flags: string])[];
}

export const helpFlag: Flag = { kind: "switch", group: "Output", help: "Show this text." };

/** @param results the files that a run of the program leaves beside its settings and events. */
export function outputFlags(results: string): Readonly<Record<"out" | "resume" | "help", Flag>> {
  return {
    out: {
      kind: "path",
      group: "Output",
      value: "DIR",
      help: `Where config.json, events.jsonl, ${results} go (a new folder in runs/).`,
    },
    resume: {
      kind: "switch",
      group: "Output",
      help: "Go on with the run in --out DIR, however hard it was stopped, with its own settings, to the result it would have had undisturbed.",
    },
    help: helpFlag,
  };
}
