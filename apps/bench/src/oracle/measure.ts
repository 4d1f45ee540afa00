/**
 * What `bench:oracle` measures, step by step. Every result is an event of the run's log as soon as it is there; what the
 * log already holds is not measured again.
 */
import { type Criterion, CriterionNotApplicableError, type Scores, scoreAll } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { lossChanges, subsetLosses } from "@secateur/oracle";
import { type Batches, sgd, trainStep } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { CriterionFactories } from "../inputs/load-criteria.ts";
import { lazyTask } from "../run/lazy-task.ts";
import type { Progress } from "../run/progress.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import type { FirstImages } from "./first-images.ts";
import type { MeasuredCriterion, OracleConfig, UnitNumbers } from "./measurements.ts";
import { timed } from "./timed-batches.ts";

/** Minibatches of a pass that are not timed; and passes go on so long, as graphs are made after half a second of work. */
const [warmUp, secondsOfWork] = [5, 1.5] as const;

export interface Setting {
  readonly run: RunDirectory<OracleConfig>;
  readonly graph: DependencyGraph;
  readonly data: FirstImages;
  readonly progress: Progress;
}

/** Each criterion alone, so that its cost can be told. */
export async function measureCriteria(
  { run, graph, data, progress }: Setting,
  criteria: CriterionFactories,
): Promise<readonly MeasuredCriterion[]> {
  const { images, batchSize, seed } = run.config;
  const known = new Map(
    run.log.events.flatMap(({ type, criterion }) =>
      type === "scores" ? [[(criterion as MeasuredCriterion).name, criterion as MeasuredCriterion]] : [],
    ),
  );
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

/** The last pass's result, and its median seconds a minibatch. @param onBatch is told of the first pass alone. */
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

/** @param copy its weights are changed. */
export async function measureTrainStep({ run, data }: Setting, copy: tfl.LayersModel): Promise<number> {
  const known = run.log.events.find(({ type }) => type === "train-step");
  if (known !== undefined) return Number(known["seconds"]);
  const optimizer = sgd({ learningRate: 1e-4, momentum: 0.9 });
  const measured = await timedPasses(
    data,
    () => undefined,
    async (batches) => {
      for await (const batch of batches) trainStep(copy, optimizer, batch);
    },
  );
  optimizer.dispose();
  const seconds = measured.seconds ?? Number.NaN;
  run.log.append({ type: "train-step", seconds });
  return seconds;
}

/** Signed changes of the loss by group, and the seconds that took. */
export async function measureOracle({
  run,
  graph,
  data,
  progress,
}: Setting): Promise<{ readonly changes: UnitNumbers; readonly seconds: number }> {
  const recorded = run.log.events.filter(({ type }) => type === "loss-changes");
  const changes = new Map(recorded.map(({ group, changes: values }) => [String(group), values as number[]]));
  let seconds = recorded.reduce((sum, event) => sum + Number(event["seconds"]), 0);
  const left = graph.groups.filter(({ id }) => !changes.has(id));
  const units = left.reduce((n, { unitCount }) => n + unitCount, 0);
  const task = lazyTask(progress, "Oracle", units * run.config.images);
  const options = { groups: left.map(({ id }) => id), onPass: (losses: number) => task.advance(losses) };
  let start = performance.now();
  for await (const measured of lossChanges(graph, () => data(), options)) {
    const spent = (performance.now() - start) / 1000;
    const values = Array.from(measured.changes);
    run.log.append({ type: "loss-changes", group: measured.group, changes: values, seconds: spent });
    changes.set(measured.group, values);
    seconds += spent;
    start = performance.now();
  }
  task.done();
  const ordered = graph.groups.map(({ id }) => [id, changes.get(id) ?? []] as const);
  return { changes: Object.fromEntries(ordered), seconds };
}

/** The loss without each subset of the first group's units, by the subset's number. */
export async function measureSubsets({ run, graph, data, progress }: Setting): Promise<Float64Array> {
  const [group] = graph.groups;
  const recorded = run.log.events.flatMap(({ type, losses }) =>
    type === "subsets" ? (losses as number[]) : [],
  );
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
