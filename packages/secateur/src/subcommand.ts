/** One command of `secateur`: a table of flags and the work behind it. */
import process from "node:process";
import {
  asFlags,
  checkSettings,
  helpText,
  type Program,
  type Progress,
  readSettings,
} from "@secateur/command-line";

export interface Context {
  /** On stderr. */
  readonly progress: Progress;
  /** Prints the result, on stdout. */
  readonly print: (text: string) => void;
}

export interface Subcommand {
  readonly purpose: string;
  /** @returns the exit code. @throws UsageError for wrong flags. */
  readonly run: (args: readonly string[], context: Context) => Promise<number>;
}

/** @param work - Returns the exit code where that is not 0. */
export function subcommand<Config extends object>(
  program: Program<Config>,
  work: (config: Config, context: Context) => Promise<number | undefined>,
): Subcommand {
  return {
    purpose: program.purpose,
    async run(args, context) {
      const given = readSettings(args, program, process.cwd());
      if (given !== null) return (await work(checkSettings(given as Partial<Config>, program), context)) ?? 0;
      context.print(helpText(program).trimEnd());
      return 0;
    },
  };
}

/** The command that repeats the work: the settings that differ from the defaults. */
export function repeatCommand<Config extends object>(config: Config, program: Program<Config>): string {
  const defaults = new Map(Object.entries(program.complete({})));
  const changed = Object.entries(config).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults.get(key)),
  );
  return [program.command, ...asFlags(Object.fromEntries(changed), program.flags)].join(" ");
}
