/** A training step of a worker pool: splits the batch, lets the workers compute, merges their results, updates the model. */
import { createRandom } from "@secateur/base";
import { modelGraph, trainableWeights } from "@secateur/model-graph";
import {
  type Batch,
  batchSize,
  disposeBatch,
  frozenNormalizations,
  headLosses,
  type LossAndGradients,
  NonFiniteLossError,
  type Optimizer,
  type StepResult,
  type TrainStepOptions,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type AllReduce, abortAllReduce, resetAllReduce } from "./all-reduce.ts";
import { AbortedError, DataParallelError } from "./errors.ts";
import { mergeResults } from "./merge-results.ts";
import { type BatchShard, batchSplitter } from "./split-batch.ts";
import type { WeightRange } from "./weight-layout.ts";
import type { ShardResult, ShardTask } from "./worker-messages.ts";
import type { WorkerThread } from "./worker-thread.ts";

/** As `trainStep` of @secateur/training, for the pool's model. */
export type PoolStep = (
  optimizer: Optimizer,
  batch: Batch,
  options?: TrainStepOptions,
) => Promise<StepResult>;

export interface PoolState {
  readonly layout: readonly WeightRange[];
  /** All weights, in shared memory. */
  readonly weights: Float32Array;
  readonly allReduce: AllReduce;
  readonly threads: readonly WorkerThread[];
  /** One array per worker, in shared memory: the gradients and moving averages that it computed. */
  readonly buffers: readonly Float32Array[];
}

export function poolStep(model: tfl.LayersModel, state: PoolState): PoolStep {
  const { layout, weights, threads } = state;
  const split = batchSplitter();
  return async (optimizer, batch, options = {}) => {
    const { step = 0, seed, observe } = options;
    const count = batchSize(batch);
    const shards = splitAndDispose();
    rejectUnsupported(options);
    const losses = lossKeys(model, options);
    publishWeights(model, layout, weights);
    const trained = [...trainableWeights(model).keys()];
    const responses = await computeAll(state, shards, {
      losses,
      trained,
      frozen: frozenNormalizations(model),
      seed,
    });
    const loss = responses.reduce((sum, response, i) => sum + response.loss * (shards[i]?.share ?? 0), 0);
    const correct = responses.reduce((sum, response) => sum + response.correct, 0);
    if (!Number.isFinite(loss)) throw new NonFiniteLossError(loss, step);
    const weighted = shards.map(({ share }, i) => ({ values: state.buffers[i] as Float32Array, share }));
    const { gradients, movingAverages } = mergeResults(layout, weights, weighted, new Set(trained));
    const observed: LossAndGradients = {
      loss: tf.scalar(loss),
      correct: tf.scalar(correct),
      gradients,
      gates: {},
      inputStatistics: {},
    };
    try {
      await observe?.(observed);
      const variables = modelGraph(model).weights;
      for (const [name, value] of Object.entries(movingAverages)) variables.get(name)?.write(value);
      optimizer.apply(trainableWeights(model), gradients);
    } finally {
      tf.dispose([observed.loss, observed.correct, gradients, movingAverages]);
    }
    return { loss, accuracy: correct / count };

    function splitAndDispose(): readonly BatchShard[] {
      try {
        return split(batch, threads.length);
      } finally {
        disposeBatch(batch);
      }
    }
  };
}

/** Workers compute no gates or input statistics, and each computes its shard at once. */
function rejectUnsupported({ gates = [], inputStatistics = [], microBatches = 1 }: TrainStepOptions): void {
  if (microBatches !== 1)
    throw new DataParallelError(
      "a worker pool splits the minibatch over its workers: leave microBatches out, or use trainStep of @secateur/training",
    );
  if (gates.length + inputStatistics.length === 0) return;
  throw new DataParallelError(
    "a worker pool does not compute gates or input statistics: use trainStep of @secateur/training",
  );
}

/** A function cannot be sent to another thread; a built-in loss is rebuilt there from its key. */
function lossKeys(model: tfl.LayersModel, { loss = headLosses(model) }: TrainStepOptions): readonly string[] {
  return [loss].flat().map(({ name, key }) => {
    if (key !== undefined) return key;
    throw new DataParallelError(
      `a worker pool needs a built-in loss, not "${name}": use trainStep of @secateur/training`,
    );
  });
}

function publishWeights(model: tfl.LayersModel, layout: readonly WeightRange[], weights: Float32Array): void {
  const variables = modelGraph(model).weights;
  for (const { name, start, end } of layout) {
    const weight = variables.get(name);
    if (weight === undefined)
      throw new DataParallelError(`the model has no weight "${name}" any more: start a new pool for it`);
    weights.subarray(start, end).set(weight.read().dataSync());
  }
}

/** Waits for all workers, even after a failure, so that none is left waiting in an all-reduce. */
async function computeAll(
  { allReduce, threads }: PoolState,
  shards: readonly BatchShard[],
  task: Pick<ShardTask, "losses" | "trained" | "frozen" | "seed">,
): Promise<readonly ShardResult[]> {
  resetAllReduce(allReduce);
  const outcomes = await Promise.allSettled(
    threads.slice(0, shards.length).map(async (thread, i) => {
      try {
        const seed = task.seed === undefined ? undefined : createRandom(task.seed, i).uint32();
        const shard = shards[i] as BatchShard;
        return await thread.compute({ ...shard, ...task, seed, participants: shards.length });
      } catch (error) {
        abortAllReduce(allReduce);
        throw error;
      }
    }),
  );
  const errors = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  if (errors.length > 0) throw errors.find((error) => !(error instanceof AbortedError)) ?? errors[0];
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}
