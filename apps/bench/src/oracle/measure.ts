/**
 * What `bench:oracle` measures, step by step. Every result is an event of the run's log as soon as it is there; what the
 * log already holds is not measured again.
 */
import { type Criterion, CriterionNotApplicableError, type Scores, scoreAll } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { lossChanges, subsetLosses } from "@secateur/oracle";
import { sgd, trainStep } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { CriterionFactories } from "../load-criteria.ts";
import type { Task } from "../progress.ts";
import type { RunDirectory } from "../run-directory.ts";
import type { FirstImages } from "./first-images.ts";
import type { MeasuredCriterion, OracleConfig, UnitNumbers } from "./summary.ts";
import { timed } from "./timed-batches.ts";

/** Minibatches that are not timed: a graph is ready by then. */
const warmUp = 5;

export interface Setting {
  readonly run: RunDirectory<OracleConfig>;
  readonly graph: DependencyGraph;
  readonly data: FirstImages;
}

/** Each criterion alone, so that its cost can be told. */
export async function measureCriteria(
  { run, graph, data }: Setting,
  criteria: CriterionFactories,
  task: Task,
): Promise<readonly MeasuredCriterion[]> {
  const minibatches = Math.ceil(run.config.images / run.config.batchSize);
  const known = new Map(
    run.log.events.flatMap(({ type, criterion }) =>
      type === "scores" ? [[(criterion as MeasuredCriterion).name, criterion as MeasuredCriterion]] : [],
    ),
  );
  const measured: MeasuredCriterion[] = [];
  for (const [name, make] of criteria) {
    const recorded = known.get(name);
    if (recorded === undefined) {
      const criterion = await measureCriterion(graph, make(run.config.seed), data, run.config, () =>
        task.advance(1, name),
      );
      run.log.append({ type: "scores", criterion });
      measured.push(criterion);
    } else {
      task.advance(minibatches, name);
      measured.push(recorded);
    }
  }
  task.done();
  return measured;
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
  const { batches, median } = timed(data(), warmUp, onBatch);
  try {
    const all = await scoreAll(graph.model, graph, [criterion], batches, { mode, seed, onWarning });
    const scores = unitNumbers(all.get(criterion.name) ?? new Map());
    return { name: criterion.name, scores, notes, secondsPerMinibatch: median() };
  } catch (error) {
    if (!(error instanceof CriterionNotApplicableError)) throw error;
    return { name: criterion.name, scores: null, notes: [error.message], secondsPerMinibatch: null };
  }
}

const unitNumbers = (scores: Scores): UnitNumbers =>
  Object.fromEntries([...scores].map(([id, values]) => [id, Array.from(values)]));

/** @param copy its weights are changed. */
export async function measureTrainStep({ run, data }: Setting, copy: tfl.LayersModel): Promise<number> {
  const known = run.log.events.find(({ type }) => type === "train-step");
  if (known !== undefined) return Number(known["seconds"]);
  const optimizer = sgd({ learningRate: 1e-4, momentum: 0.9 });
  const { batches, median } = timed(data(), warmUp, () => undefined);
  for await (const batch of batches) trainStep(copy, optimizer, batch);
  optimizer.dispose();
  const seconds = median() ?? Number.NaN;
  run.log.append({ type: "train-step", seconds });
  return seconds;
}

/** Signed changes of the loss by group, and the seconds that took. */
export async function measureOracle(
  { run, graph, data }: Setting,
  task: Task,
): Promise<{ readonly changes: UnitNumbers; readonly seconds: number }> {
  const images = run.config.images;
  const recorded = run.log.events.filter(({ type }) => type === "loss-changes");
  const changes = new Map(recorded.map(({ group, changes: values }) => [String(group), values as number[]]));
  let seconds = recorded.reduce((sum, event) => sum + Number(event["seconds"]), 0);
  const left = graph.groups.filter(({ id }) => !changes.has(id));
  for (const { id, unitCount } of graph.groups) if (changes.has(id)) task.advance(unitCount * images);
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
export async function measureSubsets({ run, graph, data }: Setting, task: Task): Promise<Float64Array> {
  const [group] = graph.groups;
  const all = new Float64Array(2 ** (group?.unitCount ?? 0));
  let from = 0;
  const take = (losses: readonly number[]): void => {
    all.set(losses, from);
    from += losses.length;
    task.advance(losses.length);
  };
  for (const { type, losses } of run.log.events) if (type === "subsets") take(losses as number[]);
  const batches = (): ReturnType<FirstImages> => data(run.config.subsetImages);
  const chunks =
    from < all.length ? subsetLosses(graph, group?.id ?? "", batches, { from, rowsPerPass: 1024 }) : [];
  for await (const { losses } of chunks) {
    const values = Array.from(losses);
    run.log.append({ type: "subsets", losses: values });
    take(values);
  }
  task.done();
  return all;
}
