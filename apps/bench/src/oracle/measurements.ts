/**
 * What `bench:oracle` measured: the true importance of every unit, what each criterion makes of it, and what that cost.
 * Losses are mean cross-entropies over the same images for all.
 */
import type { Comparison } from "../inputs/input-settings.ts";

/** One number a unit, by group. */
export type UnitNumbers = Readonly<Record<string, readonly number[]>>;

export interface OracleConfig extends Comparison {
  /** Absolute path of a file with trained weights. */
  readonly weights: string;
  /** Training images that everything is measured on: the first ones, not augmented. */
  readonly images: number;
  readonly batchSize: number;
  /** Batch normalisation by the minibatch's statistics or the moving ones; the oracle always takes the moving ones. */
  readonly mode: "train" | "eval";
  /** Decides what criteria draw at random, and the bootstrap. */
  readonly seed: number;
  /** Images for the loss of every subset of the first group's units; 0 is none. */
  readonly subsetImages: number;
}

export interface MeasuredCriterion {
  readonly name: string;
  /** Null where the criterion does not apply to the network. */
  readonly scores: UnitNumbers | null;
  /** Why it does not apply, or what a reader should know about its scores. */
  readonly notes: readonly string[];
  /** To score one minibatch by this criterion alone. */
  readonly secondsPerMinibatch: number | null;
}

/** The losses of the first group's subsets: index k is with k units removed, and nothing fine-tuned. */
export interface SubsetStudy {
  readonly group: string;
  readonly units: number;
  readonly images: number;
  /** The least loss over all subsets of k units. */
  readonly combinatorial: readonly number[];
  /** One unit after the other, each time the one that costs least then. */
  readonly greedy: readonly number[];
  /** In the order of the loss's change when one unit is removed alone. */
  readonly greedyFixed: readonly number[];
  /** In the order of each criterion's scores. */
  readonly byCriterion: Readonly<Record<string, readonly number[]>>;
}

export interface OracleMeasurements {
  readonly formatVersion: 1;
  readonly config: OracleConfig;
  /** The network as it is, on the images that everything is measured on. */
  readonly network: {
    readonly loss: number;
    readonly accuracy: number;
    readonly parameters: number;
    readonly macs: number;
  };
  /** In the model's order. */
  readonly groups: readonly { readonly id: string; readonly units: number }[];
  /** Signed: the loss without the unit less the loss with it. */
  readonly lossChanges: UnitNumbers;
  readonly criteria: readonly MeasuredCriterion[];
  /** One training step on a minibatch of the same size, without scoring. */
  readonly trainStepSeconds: number;
  /** All of the oracle. */
  readonly oracleSeconds: number;
  readonly subsets: SubsetStudy | null;
  /** As a person reads it. */
  readonly engine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string | null;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
}
