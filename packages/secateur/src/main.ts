#!/usr/bin/env node
/** `secateur`: prunes TensorFlow.js models from the command line. */
import fs from "node:fs";
import process from "node:process";
import {
  createProgress,
  describeFailure,
  exitCodes,
  onInterrupt,
  suggestion,
  UsageError,
  wantsDebug,
} from "@secateur/command-line";
import { commands } from "./commands/index.ts";

const overview = `Prunes TensorFlow.js models: estimates how important every filter is, removes the least important ones, and
repairs what remains. No labels and no code needed.

Usage: npx secateur COMMAND …

${Object.entries(commands)
  .map(([name, { purpose }]) => `  ${name.padEnd(14)} ${purpose}`)
  .join("\n")}

  npx secateur prune model.json --images photos --macs 0.3 --out smaller

"npx secateur COMMAND --help" lists the flags of a command; --version prints the version.
Exit codes: 0 success, 1 failure that the message explains, 2 invalid command line, 70 a fault in Secateur, 130 Ctrl-C.
`;

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(overview);
    return name === undefined ? exitCodes.usage : exitCodes.success;
  }
  if (name === "--version") {
    process.stdout.write(`${version()}\n`);
    return exitCodes.success;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined)
    throw new UsageError(
      `"${name}" is not a command.${suggestion(name, Object.keys(commands))} See npx secateur --help.`,
    );
  const progress = createProgress({ stream: process.stderr });
  const ignoreSignals = onInterrupt(() => {
    progress.stop();
    return "Stopped. Nothing was written.";
  });
  try {
    return await command.run(args, { progress, print: (text) => process.stdout.write(`${text}\n`) });
  } finally {
    progress.stop();
    ignoreSignals();
  }
}

function version(): string {
  const { version } = JSON.parse(fs.readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return String(version);
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  const { message, exitCode } = describeFailure(error, wantsDebug(process.env));
  process.stderr.write(`${message}\n`);
  process.exit(exitCode);
}
