/** One run of `bench:compensation`: measure, average over seeds, report. */
import process from "node:process";
import type { Progress } from "@secateur/command-line";
import type { RunDirectory } from "../run/run-directory.ts";
import type { CompensationConfig } from "./config.ts";
import type { CompensationEvent } from "./events.ts";
import { measureAll } from "./measure-all.ts";
import { curveSvg } from "./report/curve.ts";
import { resultsMarkdown, tablesMarkdown } from "./report/results-markdown.ts";
import { rowsOf } from "./rows.ts";

export async function runCompensation(
  run: RunDirectory<CompensationConfig, CompensationEvent>,
  progress: Progress,
): Promise<void> {
  const measurements = await measureAll(run, progress);
  const summary = { formatVersion: 1, ...measurements, rows: rowsOf(measurements.cells) };
  run.write("summary.json", `${JSON.stringify(summary, null, 2)}\n`);
  run.write("results.md", resultsMarkdown(measurements));
  if (run.config.samples.length > 0) run.write("curve.svg", await curveSvg(measurements));
  progress.stop();
  process.stdout.write(`${tablesMarkdown(measurements)}\n\nResults: ${run.path}/results.md\n`);
}
