/** What a worker is given when it starts, what it is asked, and what it answers. Large arrays are shared memory. */
import type { Meeting } from "./meeting.ts";
import type { BatchPart } from "./split.ts";
import type { WeightPlace } from "./weight-layout.ts";

/**
 * Batch normalisation by the statistics of the whole minibatch, which equals one process; or of each worker's own part,
 * which waits for nobody.
 */
export const statisticsKinds = ["synchronized", "per-worker"] as const;
export type Statistics = (typeof statisticsKinds)[number];

export interface WorkerData {
  readonly index: number;
  /** The model's topology, JSON. */
  readonly topology: string;
  /** URLs that are imported first, for the layer classes they register. */
  readonly modules: readonly string[];
  readonly statistics: Statistics;
  readonly meeting: Meeting;
  readonly timeoutMs: number;
  /** Where each weight lies in the two arrays below: the calling thread's order, which depends on what is frozen. */
  readonly layout: readonly WeightPlace[];
  /** All weights as they are before the step. */
  readonly weights: Float32Array;
  /** This worker's results: gradients of weights that train, and what became of the others. */
  readonly results: Float32Array;
}

export interface PartTask extends BatchPart {
  /** How many workers take part in the step: the first ones. */
  readonly participants: number;
  /** Keys of the built-in losses, one per output. */
  readonly losses: readonly string[];
  /** Names of the weights whose gradients are wanted. */
  readonly trained: readonly string[];
}

export interface PartResult {
  /** Mean over the part. */
  readonly loss: number;
  /** How many of the part are right. */
  readonly correct: number;
}

export type FromWorker =
  | { readonly type: "ready" }
  | ({ readonly type: "done" } & PartResult)
  | { readonly type: "failed"; readonly name: string; readonly message: string };
