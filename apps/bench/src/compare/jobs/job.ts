/** The jobs of worker processes and their events: plain data that can be sent between processes. */
import type { NativeEngineName } from "@secateur/native-engine";
import type { CompareConfig } from "../config.ts";
import type { CompareEvent, StageTest, TestedBaseline } from "../events.ts";

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
  /** What the log holds of their tests. */
  readonly tests: readonly StageTest[];
  /** The trained network. */
  readonly network: Uint8Array;
  /** Its most probable class of every test image, as the bytes of an Int32Array; null in a run that did not keep them. */
  readonly classes: Uint8Array | null;
  /** The last checkpoint of an interrupted iterative pruning. */
  readonly checkpoint: Uint8Array | null;
}

export type Job = TrainJob | PruneJob;

/** The first request of a worker is the setup. Pruning jobs come with the baseline of their seed. */
export type WorkerRequest =
  | {
      readonly type: "setup";
      readonly config: CompareConfig;
      readonly engine: NativeEngineName;
      /** Names of the criteria that apply to the network. */
      readonly criteria: readonly string[];
    }
  | { readonly type: "job"; readonly job: Job; readonly baseline: TestedBaseline | null };

export type JobEvent =
  /** Completed work in training images. */
  | { readonly type: "work"; readonly amount: number; readonly note: string }
  | { readonly type: "log"; readonly event: CompareEvent }
  | { readonly type: "file"; readonly name: string; readonly content: Uint8Array };

/** Evaluating an image costs about a third of training on it: forward pass only. */
export const evaluationCost: number = 1 / 3;

/** Refitting on an image costs about five times as much as training on it: forward passes and float64 sums of products. */
export const repairCost = 5;

export const classesFile = (seed: number): string => `classes-${seed}.bin`;
export const networkFile = (seed: number): string => `network-${seed}.safetensors`;
export const trainingFile = (seed: number): string => `training-${seed}.safetensors`;
export const pruningFile = (seed: number, criterion: string): string =>
  `pruning-${seed}-${criterion}.safetensors`;
