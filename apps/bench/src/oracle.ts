/** `bench:oracle`: how well every criterion tells what removing a unit really costs. */
import process from "node:process";
import { describeFailure, exitCodes, onInterrupt, wantsDebug } from "./exit.ts";
import { knownErrors } from "./known-errors.ts";
import { oracleHelp, oracleRun, parseOracleArguments } from "./oracle/config.ts";
import { correlate } from "./oracle/correlations.ts";
import { shortTable } from "./oracle/report/correlation-tables.ts";
import { oracleJson } from "./oracle/report/json.ts";
import { oracleMarkdown } from "./oracle/report/markdown.ts";
import { tableMarkdown } from "./oracle/report/number-table.ts";
import { notApplicable } from "./oracle/report/remarks.ts";
import { oracleReportHtml } from "./oracle/report/report.ts";
import { runOracle } from "./oracle/run-oracle.ts";
import type { OracleConfig } from "./oracle/summary.ts";
import { createProgress } from "./progress.ts";
import { openRunDirectory, type RunCommand } from "./run-directory.ts";

async function main(args: readonly string[]): Promise<number> {
  try {
    const command = parseOracleArguments(args, process.cwd());
    if (command === null) process.stdout.write(oracleHelp);
    else await run(command);
    return exitCodes.done;
  } catch (error) {
    const { message, code } = describeFailure(error, knownErrors, wantsDebug(process.env));
    process.stderr.write(`${message}\n`);
    return code;
  }
}

async function run(command: RunCommand<OracleConfig>): Promise<void> {
  const directory = openRunDirectory(command, oracleRun);
  const progress = createProgress({ stream: process.stderr });
  const ignoreSignals = onInterrupt(() => {
    progress.stop();
    directory.close();
    return `Stopped. Go on with: npx pnpm@10.34.9 bench:oracle --out ${directory.path} --resume`;
  });
  try {
    const measurements = await runOracle(directory, progress);
    progress.log("Correlating: up to a minute or two for intervals of many units");
    const correlations = correlate(measurements);
    directory.write("oracle.json", oracleJson(measurements, correlations));
    directory.write("oracle.md", oracleMarkdown(measurements, correlations));
    directory.write("report.html", await oracleReportHtml(measurements, correlations));
    directory.close();
    progress.stop();
    process.stdout.write(`${tableMarkdown(shortTable(measurements, correlations))}\n`);
    for (const [name, reason] of notApplicable(measurements))
      process.stdout.write(`\nDoes not apply: ${name} (${reason})\n`);
    process.stdout.write(`\nReport: ${directory.path}/report.html\n`);
  } catch (error) {
    directory.discard();
    throw error;
  } finally {
    progress.stop();
    ignoreSignals();
  }
}

process.exit(await main(process.argv.slice(2)));
