/** `bench:cifar10`: reads the command line, opens the run's directory, runs, and ends with one sentence and a code. */
import process from "node:process";
import { criterionNames } from "@secateur/criteria";
import { cifarModels } from "./cifar-models.ts";
import { commandToResume, helpText } from "./cli/help.ts";
import { parseArguments } from "./cli/parse-arguments.ts";
import type { KnownNames } from "./config.ts";
import { configSchema } from "./config-schema.ts";
import { runExperiment } from "./experiment.ts";
import { inRunDirectory, runProgram } from "./program.ts";

const known: KnownNames = { models: cifarModels, criteria: criterionNames };

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await runProgram(async () => {
  const command = parseArguments(process.argv.slice(2), known, process.cwd());
  if (command === null) {
    print(helpText(known).trimEnd());
    return;
  }
  const kind = { name: "cifar10", schema: configSchema(known) };
  await inRunDirectory(command, kind, commandToResume, (run, progress) =>
    runExperiment({ run, progress, known, print }),
  );
});
