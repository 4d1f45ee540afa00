/** The life of every program of the bench: arguments, work, interruption, failure, exit code. */
import process from "node:process";
import type { z } from "zod";
import { helpText } from "../cli/command.ts";
import { commandToResume } from "../cli/command-line.ts";
import { parseArguments, type RunCommand } from "../cli/parse-arguments.ts";
import type { Program } from "../cli/program.ts";
import type { RunEvent } from "./event-log.ts";
import { describeFailure, exitCodes, wantsDebug } from "./failure.ts";
import { onInterrupt } from "./interrupt.ts";
import { createProgress, type Progress } from "./progress.ts";
import { openRunDirectory, type RunDirectory } from "./run-directory.ts";

/** Runs the command line and ends the process. A failure prints one sentence. */
export async function runProgram<Config>(
  program: Program<Config>,
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
export function runInDirectory<Config extends { readonly model: string }, Event extends RunEvent>(
  program: Program<Config>,
  events: z.ZodType<Event>,
  work: (run: RunDirectory<Config, Event>, progress: Progress) => Promise<void>,
): Promise<never> {
  return runProgram(program, async (command) => {
    const run = openRunDirectory(command, program, events);
    const progress = createProgress({ stream: process.stderr });
    const ignoreSignals = onInterrupt(() => {
      progress.stop();
      run.close();
      return `Stopped. Continue with: ${commandToResume(program.name, run.path)}`;
    });
    try {
      await work(run, progress);
      run.close();
    } catch (error) {
      run.discard();
      throw error;
    } finally {
      progress.stop();
      ignoreSignals();
    }
  });
}
