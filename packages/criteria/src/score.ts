/** Score the units of a model: every criterion over the same minibatches, averaged. */
import type { DependencyGraph, GroupId } from "@secateur/dependency-graph";
import type { Batch, Batches } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { caveats } from "./caveats.ts";
import type { Criterion } from "./criterion.ts";
import { CriterionError } from "./errors.ts";
import type { ObserveOptions } from "./observe/extra-passes.ts";
import { takeStep } from "./observe/observe-minibatch.ts";
import { scoreMinibatch } from "./score-minibatch.ts";
import type { Scores } from "./score-observed.ts";

export interface ScoreOptions {
  /** Batch normalisation by the minibatch's statistics ("train", as in the paper) or the moving ones. */
  readonly mode?: "train" | "eval";
  /** Decides what criteria draw at random: labels and directions. Default 0. */
  readonly seed?: number;
  /** Receives each criterion's caveats, one sentence. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Score every unit by one criterion. The model is not changed; each batch is disposed after use.
 *
 * @example const scores = await score(model, graph, criteria.taylorGate(), batches);
 */
export async function score(
  model: tfl.LayersModel,
  graph: DependencyGraph,
  criterion: Criterion,
  batches: Batches,
  options: ScoreOptions = {},
): Promise<Scores> {
  const all = await scoreAll(model, graph, [criterion], batches, options);
  return all.get(criterion.name) ?? new Map();
}

/** Score by several criteria at the cost of one: the gradients are computed once a minibatch. By criterion name. */
export async function scoreAll(
  model: tfl.LayersModel,
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  batches: Batches,
  { mode = "train", seed = 0, onWarning = console.warn }: ScoreOptions = {},
): Promise<ReadonlyMap<string, Scores>> {
  if (graph.model !== model) throw new CriterionError("the graph was built for another model");
  checkNames(criteria);
  for (const warning of caveats(graph, criteria)) onWarning(warning);
  const totals = new Map(criteria.map(({ name }) => [name, new Map<GroupId, Float64Array>()]));
  let [count, examples] = [0, 0];
  for await (const batch of batches) {
    const [size = 1] = batch.xs.shape; // the last minibatch may be smaller
    const scored = scoreBatch(graph, criteria, batch, { mode, seed, minibatch: count });
    for (const [name, scores] of scored) add(totals.get(name), scores, size);
    count++;
    examples += size;
  }
  if (count === 0) throw new CriterionError("there are no batches to score on");
  const mean = (sums: Float64Array): Float32Array => Float32Array.from(sums, (sum) => sum / examples);
  return new Map(
    [...totals].map(([name, groups]) => [name, new Map([...groups].map(([id, sums]) => [id, mean(sums)]))]),
  );
}

/** Scores go by name. */
function checkNames(criteria: readonly Criterion[]): void {
  const twice = criteria.find(({ name }, i) => criteria.findIndex((each) => each.name === name) < i);
  if (twice === undefined) return;
  throw new CriterionError(`two criteria are named "${twice.name}": give one of them another name`);
}

/** Disposes the batch. */
function scoreBatch(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  batch: Batch,
  options: ObserveOptions,
): ReadonlyMap<string, Scores> {
  const disposables: tf.TensorContainer[] = [batch.xs, batch.ys];
  try {
    const step = takeStep(graph, criteria, batch, options.mode);
    if (step !== null) disposables.push({ ...step, gates: [...step.gates] });
    return scoreMinibatch(graph, criteria, batch, step, options);
  } finally {
    tf.dispose(disposables);
  }
}

function add(totals: Map<GroupId, Float64Array> | undefined, scores: Scores, weight: number): void {
  for (const [id, values] of scores) {
    const sums = totals?.get(id) ?? new Float64Array(values.length);
    totals?.set(id, sums);
    for (const [i, value] of values.entries()) sums[i] = Number(sums[i]) + weight * value;
  }
}
