/** All training and pruning that a run's log does not hold yet, as jobs for worker processes. */
import { availableParallelism, totalmem } from "node:os";
import type { EngineReport } from "@secateur/backend";
import type { BenchData } from "../inputs/load-batches.ts";
import type { CriterionFactories } from "../inputs/load-criteria.ts";
import type { RunEvent } from "../run/event-log.ts";
import { lazyTask } from "../run/lazy-task.ts";
import type { Progress, Task } from "../run/progress.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import { RunDirectoryError } from "../run/run-directory-error.ts";
import { runJobs } from "../run/worker-pool.ts";
import type { BenchConfig } from "./config.ts";
import { type Job, type JobEvent, networkFile, pruningFile, trainingFile } from "./jobs/job.ts";
import { memoryOfWorker } from "./recipe.ts";
import { cellKey, readRecord, type TrainedBaseline } from "./recorded.ts";
import { type WorkLeft, workLeft } from "./work-left.ts";

export async function trainAndPrune(
  run: RunDirectory<BenchConfig>,
  progress: Progress,
  data: BenchData,
  engine: EngineReport,
  criteria: CriterionFactories,
): Promise<void> {
  const { config } = run;
  const names = [...criteria.keys()];
  const tasks = startTasks(progress, workLeft(run, data, names.length));
  await runJobs({
    workerCount:
      engine.threads === 1
        ? Math.max(
            1,
            Math.floor(Math.min(workersThatFit(config.model), config.seeds * names.length) / config.workers),
          )
        : 1,
    setup: { config, engine: engine.engine },
    jobs: jobsLeft(run, names),
    baselineOf: (seed) => readRecord(run.log.events).baselines.get(seed) ?? null,
    onEvent: (event, job) => {
      take(run, event, tasks[job.kind]);
      const news = event.type === "log" ? newsOf(event.event) : null;
      if (news !== null) progress.log(news);
    },
    onDone: (job) => {
      if (job.kind === "prune") {
        run.remove(pruningFile(job.seed, job.criterion));
        return [];
      }
      run.remove(trainingFile(job.seed));
      if (readRecord(run.log.events).baselines.size === config.seeds) tasks.train.done();
      return pruneJobs(run, names, job.seed);
    },
  });
  tasks.prune.done();
}

/** As many as there are cores and memory for; an engine with threads of its own uses all cores in one process. */
function workersThatFit(model: string): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / memoryOfWorker(model))));
}

function startTasks(
  progress: Progress,
  { training, pruning }: WorkLeft,
): Readonly<Record<Job["kind"], Task>> {
  return { train: lazyTask(progress, "Training", training), prune: lazyTask(progress, "Pruning", pruning) };
}

/** Seeds without a trained network train; the others go on with what is not pruned yet. */
function jobsLeft(run: RunDirectory<BenchConfig>, criteria: readonly string[]): readonly Job[] {
  const { baselines } = readRecord(run.log.events);
  return Array.from({ length: run.config.seeds }, (_, seed) => seed).flatMap((seed): readonly Job[] => {
    if (baselines.has(seed)) return pruneJobs(run, criteria, seed);
    return [{ kind: "train", seed, checkpoint: run.read(trainingFile(seed)) }];
  });
}

function pruneJobs(
  run: RunDirectory<BenchConfig>,
  criteria: readonly string[],
  seed: number,
): readonly Job[] {
  const network = run.read(networkFile(seed));
  const { cells } = readRecord(run.log.events);
  return criteria.flatMap((criterion): readonly Job[] => {
    const ratios = run.config.ratios.filter((ratio) => !cells.has(cellKey({ seed, criterion, ratio })));
    if (ratios.length === 0) return [];
    const checkpoint = run.read(pruningFile(seed, criterion));
    if (network !== null) return [{ kind: "prune", seed, criterion, ratios, network, checkpoint }];
    const file = networkFile(seed);
    throw new RunDirectoryError(
      `${run.path} lacks ${file}, from which to go on. Begin anew in another --out.`,
    );
  });
}

/** What a person wants to hear at once. */
function newsOf({ type, seed, normalization, baseline }: RunEvent): string | null {
  if (type === "normalization")
    return `Seed ${String(seed)}: the weights fit data normalised as for ${String(normalization)}`;
  if (type !== "baseline") return null;
  const { seed: of, accuracy, loss } = baseline as TrainedBaseline;
  return `Seed ${of}: ${(100 * (1 - accuracy)).toFixed(2)} % test error before pruning, loss ${loss.toFixed(4)}`;
}

function take(run: RunDirectory<BenchConfig>, event: JobEvent, task: Task): void {
  if (event.type === "work") task.advance(event.amount, event.note);
  else if (event.type === "file") run.write(event.name, event.content);
  else run.log.append(event.event);
}
