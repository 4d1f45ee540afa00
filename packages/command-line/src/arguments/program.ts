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
  /** A word without dashes, such as the model of `secateur graph MODEL`; it must be given. */
  readonly isOperand?: boolean;
}

/** Flags by the name of the setting, in the order of the help. */
export type Flags = Readonly<Record<string, Flag>>;

export interface Program<Config> {
  /** What a user types before the flags, for instance `npx secateur graph`. */
  readonly command: string;
  readonly purpose: string;
  /** One flag per setting; others are for the caller of `readSettings`. */
  readonly flags: Flags;
  /** The defaults that the help shows. */
  readonly defaults: Partial<Record<keyof Config, unknown>>;
  /** Adds the defaults to the settings on the command line. */
  readonly complete: (given: Partial<Config>) => Config;
  /** Validates settings, from the command line and from files alike. */
  readonly schema: z.ZodType<Config>;
  /** Flags of example commands, with their descriptions. */
  readonly examples: readonly (readonly [description: string, flags: string])[];
}
