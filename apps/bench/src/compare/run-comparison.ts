/** One run of `bench:cifar10` or `bench:imagenet`: train, score, prune, fine-tune, report. */
import process from "node:process";
import { describeEngine, type EngineReport } from "@secateur/backend";
import type { Progress, Task } from "@secateur/command-line";
import { versions } from "@secateur/command-line";
import type { NativeEngineName } from "@secateur/native-engine";
import type { BatchSource } from "../inputs/batch-source.ts";
import { requireSameCriterionFiles } from "../inputs/criterion-files.ts";
import { loadBatches } from "../inputs/load-batches.ts";
import { loadCriteria } from "../inputs/load-criteria.ts";
import { recordEngine, startEngine } from "../inputs/run-engine.ts";
import { skippedImages } from "../inputs/skipped-images.ts";
import { commit } from "../run/environment.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import { logWork } from "../run/shared-events.ts";
import { checkSetup, type Setup } from "./check-setup.ts";
import type { CompareConfig } from "./config.ts";
import type { CompareEvent } from "./events.ts";
import { measureLatencies } from "./measure-latencies.ts";
import { recipeFor } from "./recipe.ts";
import { readRecord } from "./recorded.ts";
import { reportHtml } from "./report/report.ts";
import { type Summary, summarise, summaryJson } from "./results.ts";
import { resultsMarkdown } from "./table.ts";
import { removeCheckpoints, trainAndPrune } from "./train-and-prune.ts";

type Run = RunDirectory<CompareConfig, CompareEvent>;

export async function runComparison(run: Run, progress: Progress): Promise<void> {
  const { config } = run;
  const startedAt = new Date();
  const engine = await startEngine(run, progress);
  const setup = await checkSetup(config, await loadCriteria(config));
  for (const [name, reason] of Object.entries(setup.inapplicable)) progress.log(`Without ${name}: ${reason}`);
  const data = await loadData(run, progress);
  requireSameCriterionFiles(run);
  recordEngine(engine, run.log);
  await trainAndPrune(run, progress, data, engine, setup.criteria);
  removeCheckpoints(run, [...setup.criteria.keys()]);
  const durationMs = logWork(run.log, startedAt);
  const summary = await summaryOf(run, progress, engine, setup, data, startedAt, durationMs);
  run.write("summary.json", summaryJson(summary));
  run.write("report.html", await reportHtml(summary));
  progress.stop();
  process.stdout.write(`${resultsMarkdown(summary)}\n\nReport: ${run.path}/report.html\n`);
}

async function loadData({ config }: Run, progress: Progress): Promise<BatchSource> {
  const tasks = new Map<string, { readonly task: Task; done: number }>();
  const data = await loadBatches(config, recipeFor(config.model), ({ phase, done, total }) => {
    const current = tasks.get(phase) ?? { task: progress.task(phase, total), done: 0 };
    tasks.set(phase, current);
    current.task.advance(done - current.done);
    current.done = done;
  });
  for (const { task } of tasks.values()) task.done();
  return data;
}

async function summaryOf(
  { config, log }: Run,
  progress: Progress,
  engine: EngineReport<NativeEngineName>,
  { criteria, pinned, inapplicable }: Setup,
  data: BatchSource,
  startedAt: Date,
  durationMs: number,
): Promise<Summary> {
  const recorded = readRecord(log.events);
  const { batchSize } = recipeFor(config.model);
  const { baselines, cells } = await measureLatencies(config, progress, recorded);
  const skipped = skippedImages(log.events);
  return summarise({
    config,
    criteria: [...criteria.keys()],
    baselines,
    cells: cells.map((cell) => ({ ...cell, notes: [...cell.notes, ...skipped] })),
    trainingCurve: recorded.training,
    fineTuneCurves: recorded.fineTuning,
    pinned,
    inapplicable,
    testCount: data.testCount,
    scoring: { batchSize, minibatches: config.iterative ? null : Math.ceil(data.scoringCount / batchSize) },
    engine: { name: engine.engine, description: describeEngine(engine) },
    versions: versions(),
    commit: commit(),
    startedAt: startedAt.toISOString(),
    durationMs,
  });
}
