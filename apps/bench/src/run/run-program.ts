/** What every program of the bench has in common: how it is asked, begins, is interrupted, fails and ends. */
import process from "node:process";
import { commandToResume } from "../cli/command-line.ts";
import { helpText } from "../cli/help.ts";
import { parseArguments } from "../cli/parse-arguments.ts";
import type { Program } from "../cli/program.ts";
import { describeFailure, exitCodes, onInterrupt, wantsDebug } from "./failure.ts";
import { knownErrors } from "./known-errors.ts";
import { createProgress, type Progress } from "./progress.ts";
import { openRunDirectory, type RunCommand, type RunDirectory } from "./run-directory.ts";

/** Does what the command line asks for and ends the process, with one sentence and a code where it fails. */
export async function runProgram<Config>(
  program: Program<Config>,
  work: (command: RunCommand<Config>) => Promise<void>,
): Promise<never> {
  try {
    const command = parseArguments(process.argv.slice(2), program, process.cwd());
    if (command === null) process.stdout.write(helpText(program));
    else await work(command);
  } catch (error) {
    const { message, code } = describeFailure(error, knownErrors, wantsDebug(process.env));
    process.stderr.write(`${message}\n`);
    process.exit(code);
  }
  process.exit(exitCodes.done);
}

/** For programs that work in a run's directory. */
export function runInDirectory<Config extends { readonly model: string }>(
  program: Program<Config>,
  work: (directory: RunDirectory<Config>, progress: Progress) => Promise<void>,
): Promise<never> {
  return runProgram(program, async (command) => {
    const directory = openRunDirectory(command, program);
    const progress = createProgress({ stream: process.stderr });
    const ignoreSignals = onInterrupt(() => {
      progress.stop();
      directory.close();
      return `Stopped. Go on with: ${commandToResume(program.name, directory.path)}`;
    });
    try {
      await work(directory, progress);
      directory.close();
    } catch (error) {
      directory.discard();
      throw error;
    } finally {
      progress.stop();
      ignoreSignals();
    }
  });
}
