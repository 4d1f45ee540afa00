/** A program's own parser, for arguments that ask for a run and not for help. */
import { parseArguments } from "../src/cli/parse-arguments.ts";
import type { Program } from "../src/cli/program.ts";
import type { RunCommand } from "../src/run/run-directory.ts";

export const parserOf =
  <Config>(program: Program<Config>) =>
  (...args: string[]): RunCommand<Config> => {
    const command = parseArguments(args, program, "/home/me");
    if (command === null) throw new Error("help");
    return command;
  };
