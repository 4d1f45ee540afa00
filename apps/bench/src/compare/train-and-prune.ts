/** Runs, in worker processes, every training and pruning job whose result is not yet in the run's log. */
import { availableParallelism, totalmem } from "node:os";
import type { EngineReport } from "@secateur/backend";
import type { Progress, Task } from "@secateur/command-line";
import type { NativeEngineName } from "@secateur/native-engine";
import type { BatchSource } from "../inputs/batch-source.ts";
import type { CriterionFactories } from "../inputs/load-criteria.ts";
import { isPreprocessing } from "../inputs/normalization.ts";
import { lazyTask } from "../run/lazy-task.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import { RunDirectoryError } from "../run/run-directory-error.ts";
import { startWorkerPool } from "../run/worker-pool.ts";
import type { CompareConfig } from "./config.ts";
import type { CompareEvent } from "./events.ts";
import {
  classesFile,
  type Job,
  type JobEvent,
  networkFile,
  pruningFile,
  trainingFile,
  type WorkerRequest,
} from "./jobs/job.ts";
import { memoryOfWorker } from "./recipe.ts";
import { cellKey, readRecord } from "./recorded.ts";
import { workLeft } from "./work-left.ts";

type Run = RunDirectory<CompareConfig, CompareEvent>;

/** Trains one network per seed, then prunes it with every criterion; seeds and criteria run in parallel. */
export async function trainAndPrune(
  run: Run,
  progress: Progress,
  data: BatchSource,
  engine: EngineReport<NativeEngineName>,
  criteria: CriterionFactories,
): Promise<void> {
  const { config } = run;
  const { baselines, cells } = readRecord(run.log.events);
  const names = [...criteria.keys()];
  if (baselines.size === config.seeds && cells.size === config.seeds * names.length * config.ratios.length)
    return;
  const left = await workLeft(run, data, names.length);
  const tasks: Readonly<Record<Job["kind"], Task>> = {
    train: lazyTask(progress, "Training", left.training),
    prune: lazyTask(progress, "Pruning", left.pruning),
  };
  const workerUrl = new URL("./jobs/worker.ts", import.meta.url);
  const setup: WorkerRequest = { type: "setup", config, engine: engine.engine, criteria: names };
  const count = workerCount(config, engine, names.length);
  const pool = startWorkerPool<WorkerRequest, JobEvent>(workerUrl, count, setup);
  const perform = (request: WorkerRequest & { readonly type: "job" }): Promise<void> =>
    pool.run(request, (event) => handle(event, run, tasks[request.job.kind], progress));
  const runSeed = async (seed: number): Promise<void> => {
    if (!baselines.has(seed)) {
      const job: Job = { kind: "train", seed, checkpoint: run.read(trainingFile(seed)) };
      await perform({ type: "job", job, baseline: null });
      run.remove(trainingFile(seed));
      if (readRecord(run.log.events).baselines.size === config.seeds) tasks.train.done();
    }
    const baseline = readRecord(run.log.events).baselines.get(seed) ?? null;
    const pruning = pruneJobs(run, names, seed).map(async (job) => {
      await perform({ type: "job", job, baseline });
      run.remove(pruningFile(seed, job.criterion));
    });
    await Promise.all(pruning);
  };
  try {
    await Promise.all(Array.from({ length: config.seeds }, (_, seed) => runSeed(seed)));
  } finally {
    pool.stop();
  }
  tasks.prune.done();
}

/** Those of jobs that were killed between their result and the end. */
export function removeCheckpoints(run: Run, criteria: readonly string[]): void {
  for (let seed = 0; seed < run.config.seeds; seed++)
    for (const name of [trainingFile(seed), ...criteria.map((each) => pruningFile(seed, each))])
      run.remove(name);
}

/** As many as jobs, cores and memory allow. */
function workerCount(
  { model, seeds, workers, epochs }: CompareConfig,
  { engine, threads }: EngineReport<NativeEngineName>,
  criteria: number,
): number {
  // An engine with threads of its own leaves cores idle while JavaScript prepares the next operation: two processes divide them.
  // Training comes first and is one job, and a GPU's memory is for one process.
  const shared = engine === "tensorflow" && epochs === 0 ? 2 : 1;
  const useful = threads === 1 ? availableParallelism() : shared;
  const fitting = Math.min(useful, Math.floor(totalmem() / memoryOfWorker(model)));
  return Math.max(1, Math.min(Math.floor(fitting / workers), seeds * criteria)); // `workers` threads each
}

/** The pruning jobs of one seed that still lack results. */
function pruneJobs(
  run: Run,
  criteria: readonly string[],
  seed: number,
): readonly Extract<Job, { kind: "prune" }>[] {
  const network = run.read(networkFile(seed));
  const classes = run.read(classesFile(seed));
  const { cells, tests } = readRecord(run.log.events);
  return criteria.flatMap((criterion) => {
    const ratios = run.config.ratios.filter((ratio) => !cells.has(cellKey({ seed, criterion, ratio })));
    if (ratios.length === 0) return [];
    const checkpoint = run.read(pruningFile(seed, criterion));
    const own = tests.filter((test) => test.seed === seed && test.criterion === criterion);
    if (network !== null)
      return [{ kind: "prune", seed, criterion, ratios, tests: own, network, classes, checkpoint }];
    throw new RunDirectoryError(
      `${run.path} is missing ${networkFile(seed)}, the trained network. Start a new run with another --out folder.`,
    );
  });
}

function handle(event: JobEvent, run: Run, task: Task, progress: Progress): void {
  if (event.type === "work") task.advance(event.amount, event.note);
  else if (event.type === "file") run.write(event.name, event.content);
  else {
    run.log.append(event.event);
    const line = terminalLine(event.event);
    if (line !== null) progress.log(line);
  }
}

/** A line for the terminal about the most important events. */
function terminalLine(event: CompareEvent): string | null {
  if (event.type === "normalization") {
    const { seed, normalization } = event;
    return isPreprocessing(normalization)
      ? `Seed ${seed}: preprocessing ${normalization} has the lowest loss`
      : `Seed ${seed}: the weights expect images normalised as in ${normalization}`;
  }
  if (event.type !== "baseline") return null;
  const { seed, accuracy, loss } = event.baseline;
  return `Seed ${seed}: ${(100 * (1 - accuracy)).toFixed(2)} % test error before pruning, loss ${loss.toFixed(4)}`;
}
