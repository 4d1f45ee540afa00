/** What every program that works in a run's directory has in common: how it begins, is interrupted, fails and ends. */
import process from "node:process";
import { describeFailure, exitCodes, onInterrupt, wantsDebug } from "./exit.ts";
import { knownErrors } from "./known-errors.ts";
import { createProgress, type Progress } from "./progress.ts";
import { openRunDirectory, type RunCommand, type RunDirectory, type RunKind } from "./run-directory.ts";

/** Does the work and ends the process, with one sentence and a code where it fails. */
export async function runProgram(work: () => Promise<void>): Promise<never> {
  try {
    await work();
  } catch (error) {
    const { message, code } = describeFailure(error, knownErrors, wantsDebug(process.env));
    process.stderr.write(`${message}\n`);
    process.exit(code);
  }
  process.exit(exitCodes.done);
}

/** @param commandToResume what to type after an interruption, given the directory's path. */
export async function inRunDirectory<Config extends { readonly model: string }>(
  command: RunCommand<Config>,
  kind: RunKind<Config>,
  commandToResume: (path: string) => string,
  work: (directory: RunDirectory<Config>, progress: Progress) => Promise<void>,
): Promise<void> {
  const directory = openRunDirectory(command, kind);
  const progress = createProgress({ stream: process.stderr });
  const ignoreSignals = onInterrupt(() => {
    progress.stop();
    directory.close();
    return `Stopped. Go on with: ${commandToResume(directory.path)}`;
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
}
