/** The messages between a worker pool and its workers. Large arrays are in shared memory. */
import type { AllReduce } from "./all-reduce.ts";
import type { BatchShard } from "./split-batch.ts";
import type { WeightRange } from "./weight-layout.ts";

/**
 * The statistics of batch normalisation: of the whole minibatch, which gives the results of a single process; or of each
 * worker's shard, which needs no barrier.
 */
export const statisticsKinds = ["synchronized", "per-worker"] as const;
export type Statistics = (typeof statisticsKinds)[number];

/** Received once, at the start. */
export interface WorkerData {
  readonly index: number;
  /** The model's topology as JSON. */
  readonly topology: string;
  /** URLs of modules that register layer classes; imported first. */
  readonly modules: readonly string[];
  readonly statistics: Statistics;
  readonly allReduce: AllReduce;
  readonly timeoutMs: number;
  /** The ranges of the weights in the two arrays below. */
  readonly layout: readonly WeightRange[];
  /** All weights before the step. */
  readonly weights: Float32Array;
  /** Written by this worker: gradients of the trained weights, new values of the others. */
  readonly results: Float32Array;
}

export interface ShardTask extends BatchShard {
  /** The number of workers in this step: the first ones. */
  readonly participants: number;
  /** Keys of the built-in losses, one per output. */
  readonly losses: readonly string[];
  /** Names of the weights to differentiate with respect to. */
  readonly trained: readonly string[];
  /** Paths of frozen batch normalisations. */
  readonly frozen: readonly string[];
  /** Determines the masks of dropout and noise; undefined for other masks in every step. */
  readonly seed: number | undefined;
}

export interface ShardResult {
  /** Mean over the shard. */
  readonly loss: number;
  /** The number of correct predictions in the shard. */
  readonly correct: number;
}

export type FromWorker =
  | { readonly type: "ready" }
  | ({ readonly type: "done" } & ShardResult)
  | { readonly type: "failed"; readonly name: string; readonly message: string };
