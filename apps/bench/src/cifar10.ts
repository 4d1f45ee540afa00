/** `bench:cifar10`: reads the command line, opens the run's directory, runs, and ends with one sentence and a code. */
import process from "node:process";
import { criterionNames } from "@secateur/criteria";
import { cifarModels } from "./cifar-models.ts";
import { commandToResume, helpText } from "./cli/help.ts";
import { type BenchCommand, parseArguments } from "./cli/parse-arguments.ts";
import type { KnownNames } from "./config.ts";
import { configSchema } from "./config-schema.ts";
import { describeFailure, exitCodes, onInterrupt, wantsDebug } from "./exit.ts";
import { runExperiment } from "./experiment.ts";
import { knownErrors } from "./known-errors.ts";
import { createProgress } from "./progress.ts";
import { openRunDirectory } from "./run-directory.ts";

const known: KnownNames = { models: cifarModels, criteria: criterionNames };

async function main(args: readonly string[]): Promise<number> {
  try {
    const command = parseArguments(args, known, process.cwd());
    if (command === null) print(helpText(known).trimEnd());
    else await run(command);
    return exitCodes.done;
  } catch (error) {
    const { message, code } = describeFailure(error, knownErrors, wantsDebug(process.env));
    process.stderr.write(`${message}\n`);
    return code;
  }
}

async function run(command: BenchCommand): Promise<void> {
  const directory = openRunDirectory(command, { name: "cifar10", schema: configSchema(known) });
  const progress = createProgress({ stream: process.stderr });
  const ignoreSignals = onInterrupt(() => {
    progress.stop();
    directory.close();
    return `Stopped. Go on with: ${commandToResume(directory.path)}`;
  });
  try {
    await runExperiment({ run: directory, progress, known, print });
    directory.close();
  } catch (error) {
    directory.discard();
    throw error;
  } finally {
    progress.stop();
    ignoreSignals();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exit(await main(process.argv.slice(2)));
