/** The parser of a program, for arguments without --help. */
import { parseArguments, type RunCommand } from "../src/cli/parse-arguments.ts";
import type { BenchProgram } from "../src/cli/program.ts";

export const parserOf =
  <Config>(program: BenchProgram<Config>) =>
  (...args: string[]): RunCommand<Config> => {
    const command = parseArguments(args, program, "/home/me");
    if (command === null) throw new Error("help");
    return command;
  };
