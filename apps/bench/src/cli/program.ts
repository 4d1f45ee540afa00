/** A program's command line as one table: the parser, the help and the command that repeats a run all follow from it. */
import type { z } from "zod";

/**
 * How the text of a flag becomes a value. Paths become absolute; invalid numbers stay text until validation. An
 * "off-switch" turns off a setting that is on by default: `--no-compensate`.
 */
export type FlagKind = "text" | "texts" | "number" | "numbers" | "path" | "paths" | "switch" | "off-switch";

export interface Flag {
  readonly kind: FlagKind;
  /** The heading of the help section that lists the flag. */
  readonly group: string;
  /** The name of the value in the help; switches have none. */
  readonly value?: string;
  readonly help: string;
  /** The defaults that a switch replaces, and their new values. */
  readonly implies?: object;
  /** Words that a path flag also accepts; they are not resolved to paths. */
  readonly words?: readonly string[];
}

/** Flags by the name of the setting, in the order of the help. */
export type Flags = Readonly<Record<string, Flag>>;

export interface Program<Config> {
  /** The part of the command after `bench:`; also the prefix of new run directories. */
  readonly name: string;
  readonly purpose: string;
  /** One flag per setting, plus `outputFlags`, which are not settings. */
  readonly flags: Flags;
  /** The defaults that the help shows. */
  readonly defaults: Partial<Record<keyof Config, unknown>>;
  /** Adds the defaults to the settings on the command line. */
  readonly complete: (given: Partial<Config>) => Config;
  /** Settings without a default, null unless given, and the advice for a missing one. */
  readonly needed?: readonly {
    readonly setting: keyof Config & string;
    readonly advice: (config: Config) => string;
  }[];
  /** Validates settings, from the command line and from `config.json` alike. */
  readonly schema: z.ZodType<Config>;
  /** Flags of example commands, with their descriptions. */
  readonly examples: readonly (readonly [description: string, flags: string])[];
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
