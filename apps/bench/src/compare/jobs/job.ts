/** What a worker is asked to do, and what it tells while it does it: plain data, so that it crosses between processes. */

import type { RunEvent } from "../../run/event-log.ts";
import type { BenchConfig } from "../config.ts";

export interface TrainJob {
  readonly kind: "train";
  readonly seed: number;
  /** The last checkpoint of an interrupted training. */
  readonly checkpoint: Uint8Array | null;
}

export interface PruneJob {
  readonly kind: "prune";
  readonly seed: number;
  readonly criterion: string;
  /** Those without a result. */
  readonly ratios: readonly number[];
  /** The trained network. */
  readonly network: Uint8Array;
  /** Where an interrupted iterative pruning stands. */
  readonly checkpoint: Uint8Array | null;
}

export type Job = TrainJob | PruneJob;

export type JobEvent =
  /** So much more is done, in images trained on. */
  | { readonly type: "work"; readonly amount: number; readonly note: string }
  | { readonly type: "log"; readonly event: RunEvent }
  | { readonly type: "file"; readonly name: string; readonly content: Uint8Array };

/** What a worker needs to know before its first job. */
export interface WorkerSetup {
  readonly config: BenchConfig;
  readonly engine: BenchConfig["engine"];
}

/** Evaluating an image costs about a third of training on it: forward only. */
export const evaluationCost: number = 1 / 3;

export const networkFile = (seed: number): string => `network-${seed}.safetensors`;
export const trainingFile = (seed: number): string => `training-${seed}.safetensors`;
export const pruningFile = (seed: number, criterion: string): string =>
  `pruning-${seed}-${criterion}.safetensors`;
