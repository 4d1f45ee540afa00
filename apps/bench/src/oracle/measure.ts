/** The measurements of `bench:oracle`. Each result is logged at once; results in the log are not measured again. */

import type { Progress } from "@secateur/command-line";
import { type Criterion, CriterionNotApplicableError, type Scores, scoreAll } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { lossChanges, subsetLosses } from "@secateur/oracle";
import { type Batches, sgd, trainStep } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { CriterionFactories } from "../inputs/load-criteria.ts";
import { eventsOf } from "../run/event-log.ts";
import { lazyTask } from "../run/lazy-task.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import type { OracleConfig } from "./config.ts";
import type { OracleEvent } from "./events.ts";
import type { FirstImages } from "./first-images.ts";
import type { MeasuredCriterion, UnitNumbers } from "./measurements.ts";
import { timed } from "./timed-batches.ts";

/** Minibatches that are not timed. */
const warmUp = 5;

/** Passes are repeated for this long, because engines compile after half a second of work. */
const secondsOfWork = 1.5;

export interface OracleContext {
  readonly run: RunDirectory<OracleConfig, OracleEvent>;
  readonly graph: DependencyGraph;
  readonly data: FirstImages;
  readonly progress: Progress;
}

/** Scores by one criterion at a time, to measure the cost of each. */
export async function measureCriteria(
  { run, graph, data, progress }: OracleContext,
  criteria: CriterionFactories,
): Promise<readonly MeasuredCriterion[]> {
  const { images, batchSize, seed } = run.config;
  const logged = eventsOf(run.log.events, "scores").map(({ criterion }) => criterion);
  const known = new Map(logged.map((criterion) => [criterion.name, criterion]));
  const task = lazyTask(progress, "Scoring", (criteria.size - known.size) * Math.ceil(images / batchSize));
  for (const [name, make] of criteria) {
    if (known.has(name)) continue;
    const onBatch = (): void => task.advance(1, name);
    const criterion = await measureCriterion(graph, make(seed), data, run.config, onBatch);
    run.log.append({ type: "scores", criterion });
    known.set(name, criterion);
  }
  task.done();
  return [...criteria.keys()].flatMap((name) => known.get(name) ?? []);
}

async function measureCriterion(
  graph: DependencyGraph,
  criterion: Criterion,
  data: FirstImages,
  { mode, seed }: OracleConfig,
  onBatch: () => void,
): Promise<MeasuredCriterion> {
  const notes: string[] = [];
  const onWarning = (message: string): void => void notes.push(message);
  try {
    const options = { mode, seed, onWarning };
    const { result, seconds } = await timedPasses(data, onBatch, (batches) =>
      scoreAll(graph.model, graph, [criterion], batches, options),
    );
    const scores = unitNumbers(result.get(criterion.name) ?? new Map());
    return { name: criterion.name, scores, notes: [...new Set(notes)], secondsPerMinibatch: seconds };
  } catch (error) {
    if (!(error instanceof CriterionNotApplicableError)) throw error;
    return { name: criterion.name, scores: null, notes: [error.message], secondsPerMinibatch: null };
  }
}

/** @param onBatch - Called in the first pass only. @returns the last pass's result, and median seconds per minibatch */
async function timedPasses<T>(
  data: FirstImages,
  onBatch: () => void,
  work: (batches: Batches) => Promise<T>,
): Promise<{ readonly result: T; readonly seconds: number | null }> {
  const start = performance.now();
  for (let pass = 0; ; pass++) {
    const { batches, median } = timed(data(), warmUp, pass === 0 ? onBatch : () => undefined);
    const result = await work(batches);
    if (performance.now() - start > 1000 * secondsOfWork) return { result, seconds: median() };
  }
}

const unitNumbers = (scores: Scores): UnitNumbers =>
  Object.fromEntries([...scores].map(([id, values]) => [id, Array.from(values)]));

/** Seconds of a training step. @param copy - A network whose weights the measurement changes. */
export async function measureTrainStep({ run, data }: OracleContext, copy: tfl.LayersModel): Promise<number> {
  const [known] = eventsOf(run.log.events, "train-step");
  if (known !== undefined) return known.seconds;
  const optimizer = sgd({ learningRate: 1e-4, momentum: 0.9 });
  const measured = await timedPasses(
    data,
    () => undefined,
    async (batches) => {
      for await (const batch of batches) await trainStep(copy, optimizer, batch);
    },
  );
  optimizer.dispose();
  const seconds = measured.seconds ?? Number.NaN;
  run.log.append({ type: "train-step", seconds });
  return seconds;
}

/** Signed loss changes by group, and the seconds they took. */
export async function measureOracle({
  run,
  graph,
  data,
  progress,
}: OracleContext): Promise<{ readonly changes: UnitNumbers; readonly seconds: number }> {
  const recorded = eventsOf(run.log.events, "loss-changes");
  const changes = new Map(recorded.map(({ group, changes: values }) => [group, values]));
  let seconds = recorded.reduce((sum, event) => sum + event.seconds, 0);
  const left = graph.groups.filter(({ id }) => !changes.has(id));
  const units = left.reduce((n, { unitCount }) => n + unitCount, 0);
  const task = lazyTask(progress, "Oracle", units * run.config.images);
  const options = { groups: left.map(({ id }) => id), onPass: (losses: number) => task.advance(losses) };
  let start = performance.now();
  for await (const measured of lossChanges(graph, () => data(), options)) {
    const elapsed = (performance.now() - start) / 1000;
    const values = Array.from(measured.changes);
    run.log.append({ type: "loss-changes", group: measured.group, changes: values, seconds: elapsed });
    changes.set(measured.group, values);
    seconds += elapsed;
    start = performance.now();
  }
  task.done();
  const ordered = graph.groups.map(({ id }) => [id, changes.get(id) ?? []] as const);
  return { changes: Object.fromEntries(ordered), seconds };
}

/** The loss without each subset of the first group's units, by the subset's index. */
export async function measureSubsets({ run, graph, data, progress }: OracleContext): Promise<Float64Array> {
  const [group] = graph.groups;
  const recorded = eventsOf(run.log.events, "subsets").flatMap(({ losses }) => losses);
  const all = new Float64Array(2 ** (group?.unitCount ?? 0));
  all.set(recorded);
  if (recorded.length === all.length) return all;
  const task = lazyTask(progress, "Subsets", all.length - recorded.length);
  const batches = (): ReturnType<FirstImages> => data(run.config.subsetImages);
  const options = { from: recorded.length, rowsPerPass: 1024 };
  for await (const { from, losses } of subsetLosses(graph, group?.id ?? "", batches, options)) {
    run.log.append({ type: "subsets", losses: Array.from(losses) });
    all.set(losses, from);
    task.advance(losses.length);
  }
  task.done();
  return all;
}
