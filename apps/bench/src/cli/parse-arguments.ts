/** The command line of a program of the bench: its settings, and the run's directory. */
import { checkSettings, readSettings, UsageError } from "@secateur/command-line";
import type { BenchProgram } from "./program.ts";

export interface RunCommand<Config> {
  /** Only the settings on the command line, validated. */
  readonly given: Partial<Config>;
  /** `given` and the defaults. */
  readonly config: Config;
  /** Absolute path of the run's directory; null is a new one. */
  readonly out: string | null;
  readonly resume: boolean;
}

/** @returns null for `--help`. @throws UsageError with one sentence. */
export function parseArguments<Config>(
  args: readonly string[],
  program: BenchProgram<Config>,
  cwd: string,
): RunCommand<Config> | null {
  const read = readSettings(args, program, cwd);
  if (read === null) return null;
  const { out, resume = false, ...settings } = read;
  if (resume === true && out === undefined)
    throw new UsageError("--resume needs --out DIR, the directory of the run to continue.");
  const config = checkSettings(settings as Partial<Config>, program);
  const given = Object.entries(config as object).filter(([key]) => key in settings);
  return {
    given: Object.fromEntries(given) as Partial<Config>,
    config,
    out: typeof out === "string" ? out : null,
    resume: resume === true,
  };
}
