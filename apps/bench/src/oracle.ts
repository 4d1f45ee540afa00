/** `bench:oracle`: how well every criterion tells what removing a unit really costs. */
import process from "node:process";
import { correlate } from "./oracle/correlations.ts";
import type { OracleConfig } from "./oracle/measurements.ts";
import { oracle } from "./oracle/program.ts";
import { shortTable } from "./oracle/report/correlation-tables.ts";
import { oracleJson } from "./oracle/report/json.ts";
import { oracleMarkdown } from "./oracle/report/markdown.ts";
import { tableMarkdown } from "./oracle/report/number-table.ts";
import { notApplicable } from "./oracle/report/remarks.ts";
import { oracleReportHtml } from "./oracle/report/report.ts";
import { runOracle } from "./oracle/run-oracle.ts";
import type { Progress } from "./run/progress.ts";
import type { RunDirectory } from "./run/run-directory.ts";
import { runInDirectory } from "./run/run-program.ts";

async function study(directory: RunDirectory<OracleConfig>, progress: Progress): Promise<void> {
  const measurements = await runOracle(directory, progress);
  progress.log("Correlating: up to a minute or two for intervals of many units");
  const correlations = correlate(measurements);
  directory.write("oracle.json", oracleJson(measurements, correlations));
  directory.write("oracle.md", oracleMarkdown(measurements, correlations));
  directory.write("report.html", await oracleReportHtml(measurements, correlations));
  progress.stop();
  process.stdout.write(`${tableMarkdown(shortTable(measurements, correlations))}\n`);
  for (const [name, reason] of notApplicable(measurements))
    process.stdout.write(`\nDoes not apply: ${name} (${reason})\n`);
  process.stdout.write(`\nReport: ${directory.path}/report.html\n`);
}

await runInDirectory(oracle, study);
