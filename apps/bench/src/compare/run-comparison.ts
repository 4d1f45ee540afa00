/** What one run does: train, score, prune, fine-tune, and write down what came of it. */
import process from "node:process";
import { describeEngine, type EngineReport, useBackend } from "@secateur/backend";
import { type BenchData, loadBenchData } from "../inputs/load-batches.ts";
import { type CriterionFactories, loadCriteria } from "../inputs/load-criteria.ts";
import { commit, versions } from "../run/environment.ts";
import type { Progress, Task } from "../run/progress.ts";
import { checkSameCriterionFiles } from "../run/recorded-input.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import { logWork } from "../run/work-time.ts";
import { checkSetup } from "./check-setup.ts";
import type { BenchConfig } from "./config.ts";
import { measureCells } from "./measure-latencies.ts";
import { recipeFor } from "./recipe.ts";
import { readRecord } from "./recorded.ts";
import { reportHtml } from "./report/report.ts";
import { type Pinned, type Summary, summarise, summaryJson } from "./results.ts";
import { markdownTable } from "./table.ts";
import { trainAndPrune } from "./train-and-prune.ts";

export async function runExperiment(run: RunDirectory<BenchConfig>, progress: Progress): Promise<void> {
  const { config } = run;
  const startedAt = new Date();
  const engine = await useBackend(config.engine);
  progress.log(describeEngine(engine));
  progress.log(`${run.resumed ? "Going on with the run in" : "Results go to"} ${run.path}`);
  const criteria = await loadCriteria(config);
  const pinned = await checkSetup(config, criteria);
  const data = await loadData(run, progress);
  checkSameCriterionFiles(run);
  await trainAndPrune(run, progress, data, engine, criteria);
  const durationMs = logWork(run.log, startedAt);
  const summary = await finish(run, progress, engine, criteria, pinned, startedAt, durationMs);
  run.write("summary.json", summaryJson(summary));
  run.write("report.html", await reportHtml(summary));
  progress.stop();
  process.stdout.write(`${markdownTable(summary)}\n\nReport: ${run.path}/report.html\n`);
}

async function loadData(run: RunDirectory<BenchConfig>, progress: Progress): Promise<BenchData> {
  const tasks = new Map<string, { readonly task: Task; done: number }>();
  const data = await loadBenchData(run.config, ({ phase, done, total }) => {
    const known = tasks.get(phase) ?? { task: progress.task(phase, total), done: 0 };
    tasks.set(phase, known);
    known.task.advance(done - known.done);
    known.done = done;
  });
  for (const { task } of tasks.values()) task.done();
  return data;
}

async function finish(
  run: RunDirectory<BenchConfig>,
  progress: Progress,
  engine: EngineReport,
  criteria: CriterionFactories,
  pinned: readonly Pinned[],
  startedAt: Date,
  durationMs: number,
): Promise<Summary> {
  const recorded = readRecord(run.log.events);
  const { batchSize, scoringBatches } = recipeFor(run.config.model);
  const { baselines, cells } = await measureCells(run, progress, recorded);
  return summarise({
    config: run.config,
    criteria: [...criteria.keys()],
    baselines,
    cells,
    trainingCurve: recorded.training,
    fineTuneCurves: recorded.fineTuning,
    pinned,
    scoring: { batchSize, minibatches: run.config.iterative ? null : scoringBatches },
    engine: { name: engine.engine, description: describeEngine(engine) },
    versions: versions(),
    commit: commit(),
    startedAt: startedAt.toISOString(),
    durationMs,
  });
}
