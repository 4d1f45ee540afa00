/** The life of every program of the bench: arguments, work, interruption, failure, exit code. */
import process from "node:process";
import {
  createProgress,
  describeFailure,
  exitCodes,
  helpText,
  onInterrupt,
  type Progress,
  wantsDebug,
} from "@secateur/command-line";
import type { z } from "zod";
import { parseArguments, type RunCommand } from "../cli/parse-arguments.ts";
import { type BenchProgram, commandToResume } from "../cli/program.ts";
import type { RunEvent } from "./event-log.ts";
import { openRunDirectory, type RunDirectory } from "./run-directory.ts";
import { RunDirectoryError } from "./run-directory-error.ts";

/** Runs the command line and ends the process. A failure prints one sentence. */
export async function runProgram<Config>(
  program: BenchProgram<Config>,
  work: (command: RunCommand<Config>) => Promise<void>,
): Promise<never> {
  try {
    const command = parseArguments(process.argv.slice(2), program, process.cwd());
    if (command === null) process.stdout.write(helpText(program));
    else await work(command);
  } catch (error) {
    const { message, exitCode } = describeFailure(error, wantsDebug(process.env));
    process.stderr.write(`${message}\n`);
    process.exit(exitCode);
  }
  process.exit(exitCodes.success);
}

/** For programs with a run directory. @param events - Validates the lines of the run's log. */
export function runInDirectory<Config extends { readonly model: string | null }, Event extends RunEvent>(
  program: BenchProgram<Config>,
  events: z.ZodType<Event>,
  work: (run: RunDirectory<Config, Event>, progress: Progress) => Promise<void>,
): Promise<never> {
  return runProgram(program, async (command) => {
    const run = openRunDirectory(command, program, events);
    const progress = createProgress({ stream: process.stderr });
    const ignoreSignals = onInterrupt(() => {
      progress.stop();
      run.close();
      return `Stopped. Continue with: ${commandToResume(program, run.path)}`;
    });
    try {
      await work(run, progress);
      run.close();
    } catch (error) {
      // The message says how to continue.
      if (error instanceof RunDirectoryError) run.close();
      else run.discard();
      throw error;
    } finally {
      progress.stop();
      ignoreSignals();
    }
  });
}
