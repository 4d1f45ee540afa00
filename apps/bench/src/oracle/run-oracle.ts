/** One run of `bench:oracle`: measure, correlate, report. */
import process from "node:process";
import type { Progress } from "@secateur/command-line";
import { tableMarkdown } from "../report/number-table.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import type { OracleConfig } from "./config.ts";
import { correlate } from "./correlations.ts";
import type { OracleEvent } from "./events.ts";
import { measureAll } from "./measure-all.ts";
import { shortTable } from "./report/correlation-tables.ts";
import { oracleJson } from "./report/json.ts";
import { oracleMarkdown } from "./report/markdown.ts";
import { notApplicable } from "./report/remarks.ts";
import { oracleReportHtml } from "./report/report.ts";

export async function runOracle(
  run: RunDirectory<OracleConfig, OracleEvent>,
  progress: Progress,
): Promise<void> {
  const measurements = await measureAll(run, progress);
  progress.log("Correlating: up to two minutes for the intervals of networks with many units");
  const correlations = correlate(measurements);
  run.write("oracle.json", oracleJson(measurements, correlations));
  run.write("oracle.md", oracleMarkdown(measurements, correlations));
  run.write("report.html", await oracleReportHtml(measurements, correlations));
  progress.stop();
  process.stdout.write(`${tableMarkdown(shortTable(measurements, correlations))}\n`);
  for (const [name, reason] of notApplicable(measurements))
    process.stdout.write(`\nNot applicable: ${name} (${reason})\n`);
  process.stdout.write(`\nReport: ${run.path}/report.html\n`);
}
