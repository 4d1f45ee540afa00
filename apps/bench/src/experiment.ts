/** What one run does: train, score, prune, fine-tune, and write down what came of it. */
import { availableParallelism } from "node:os";
import { describeEngine, type EngineReport, useBackend } from "@secateur/backend";
import { type BenchData, loadBenchData } from "./bench-data.ts";
import { checkCriteria } from "./check-criteria.ts";
import type { KnownNames } from "./config.ts";
import { commit, versions } from "./environment.ts";
import { evaluationCost, type Job, type JobEvent, networkFile, trainingFile } from "./jobs/job.ts";
import { type CriterionFactories, loadCriteria } from "./load-criteria.ts";
import { measureCells } from "./measure-cells.ts";
import type { Progress, Task } from "./progress.ts";
import { cellKey, readRecord } from "./recorded.ts";
import { reportHtml } from "./report/report.ts";
import { type Pinned, type Summary, summarise, summaryJson } from "./results.ts";
import type { RunDirectory } from "./run-directory.ts";
import { markdownTable } from "./table.ts";
import { runJobs } from "./worker-pool.ts";

/** What the run may use to talk to the person who started it, and to the disk. */
export interface RunInterface {
  readonly run: RunDirectory;
  readonly progress: Progress;
  readonly known: KnownNames;
  /** A line of the result, to stdout. */
  readonly print: (line: string) => void;
}

export async function runExperiment({ run, progress, print }: RunInterface): Promise<void> {
  const { config } = run;
  const startedAt = new Date();
  const before = run.log.events
    .filter(({ type }) => type === "worked")
    .reduce((ms, event) => ms + Number(event["ms"]), 0);
  const engine = await useBackend(config.engine);
  progress.log(describeEngine(engine));
  progress.log(`${run.resumed ? "Going on with the run in" : "Results go to"} ${run.path}`);
  const criteria = await loadCriteria(config);
  const pinned = await checkCriteria(config, criteria);
  const data = await loadData(run, progress);
  await work(run, progress, data, engine, criteria);
  run.log.append({ type: "worked", ms: Date.now() - startedAt.getTime() });
  const durationMs = before + Date.now() - startedAt.getTime();
  const summary = await finish(run, progress, engine, criteria, pinned, startedAt, durationMs);
  run.write("summary.json", summaryJson(summary));
  run.write("report.html", await reportHtml(summary));
  progress.stop();
  print(markdownTable(summary));
  print(`\nReport: ${run.path}/report.html`);
}

async function loadData(run: RunDirectory, progress: Progress): Promise<BenchData> {
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

/** All training and pruning that the log does not hold yet. */
async function work(
  run: RunDirectory,
  progress: Progress,
  data: BenchData,
  engine: EngineReport,
  criteria: CriterionFactories,
): Promise<void> {
  const { config } = run;
  const seeds = Array.from({ length: config.seeds }, (_, seed) => seed);
  const pruning = (seed: number): readonly Job[] => {
    const network = run.read(networkFile(seed));
    const { cells } = readRecord(run.log.events);
    return [...criteria.keys()].flatMap((criterion) => {
      const ratios = config.ratios.filter((ratio) => !cells.has(cellKey({ seed, criterion, ratio })));
      return network === null || ratios.length === 0
        ? []
        : [{ kind: "prune", seed, criterion, ratios, network } as const];
    });
  };
  const { baselines } = readRecord(run.log.events);
  const jobs = seeds.flatMap((seed): readonly Job[] =>
    baselines.has(seed) ? pruning(seed) : [{ kind: "train", seed, checkpoint: run.read(trainingFile(seed)) }],
  );
  const tasks = startTasks(run, progress, data, criteria.size);
  await runJobs({
    workerCount: engine.threads === 1 ? Math.min(availableParallelism(), config.seeds * criteria.size) : 1,
    setup: { config, engine: engine.engine },
    jobs,
    baselineOf: (seed) => readRecord(run.log.events).baselines.get(seed) ?? null,
    onEvent: (event, job) => record(run, event, tasks[job.kind]),
    onDone: (job) => {
      if (job.kind === "prune") return [];
      run.remove(trainingFile(job.seed));
      return pruning(job.seed);
    },
  });
  tasks.train.done();
  tasks.prune.done();
}

function record(run: RunDirectory, event: JobEvent, task: Task): void {
  if (event.type === "work") task.advance(event.amount, event.note);
  else if (event.type === "file") run.write(event.name, event.content);
  else run.log.append(event.event);
}

/** Totals are in images trained on; what an earlier process did is not part of them. */
function startTasks(
  run: RunDirectory,
  progress: Progress,
  data: BenchData,
  criteria: number,
): Readonly<Record<Job["kind"], Task>> {
  const { config, log } = run;
  const { baselines, cells, training } = readRecord(log.events);
  const images = data.stepsPerEpoch * 128;
  const test = data.testCount * evaluationCost;
  const epochsLeft = (seed: number): number => {
    const reached = training.filter((point) => point.seed === seed).map(({ epoch }) => Math.floor(epoch));
    return baselines.has(seed) ? 0 : config.epochs - Math.max(0, ...reached);
  };
  const seeds = Array.from({ length: config.seeds }, (_, seed) => seed);
  const training_ = seeds.reduce(
    (sum, seed) => sum + (baselines.has(seed) ? 0 : test) + epochsLeft(seed) * images,
    0,
  );
  const left = config.seeds * criteria * config.ratios.length - cells.size;
  const perCell = test + (config.finetune > 0 ? test + config.finetune * images : 0);
  return { train: progress.task("Training", training_), prune: progress.task("Pruning", left * perCell) };
}

async function finish(
  run: RunDirectory,
  progress: Progress,
  engine: EngineReport,
  criteria: CriterionFactories,
  pinned: readonly Pinned[],
  startedAt: Date,
  durationMs: number,
): Promise<Summary> {
  const record_ = readRecord(run.log.events);
  const { baselines, cells } = await measureCells(run, progress, record_);
  return summarise({
    config: run.config,
    criteria: [...criteria.keys()],
    baselines,
    cells,
    trainingCurve: record_.training,
    fineTuneCurves: record_.fineTuning,
    pinned,
    engine: { name: engine.engine, description: describeEngine(engine) },
    versions: versions(),
    commit: commit(),
    startedAt: startedAt.toISOString(),
    durationMs,
  });
}
