/**
 * The results of `bench:oracle`: the true importance of every unit, the scores of each criterion, and their cost. All
 * losses are mean cross-entropies over the same images.
 */
import type { OracleConfig } from "./config.ts";

/** One number per unit, by group id. */
export type UnitNumbers = Readonly<Record<string, readonly number[]>>;

export interface MeasuredCriterion {
  readonly name: string;
  /** Null where the criterion does not apply to the network. */
  readonly scores: UnitNumbers | null;
  /** Why it does not apply, or warnings about its scores. */
  readonly notes: readonly string[];
  /** The time to score one minibatch by this criterion alone. */
  readonly secondsPerMinibatch: number | null;
}

/** Losses of the first group's subsets, without fine-tuning: index k is the loss with k units removed. */
export interface SubsetStudy {
  readonly group: string;
  readonly units: number;
  readonly images: number;
  /** The lowest loss over all subsets of k units. */
  readonly combinatorial: readonly number[];
  /** Units removed one after another, each time the one that raises the loss least. */
  readonly greedy: readonly number[];
  /** Units removed in the order of the loss change when each is removed alone. */
  readonly greedyFixed: readonly number[];
  /** Units removed in the order of each criterion's scores, by criterion name. */
  readonly byCriterion: Readonly<Record<string, readonly number[]>>;
}

/** Softened divergences from the unpruned network's prediction. */
export interface JointStudy {
  readonly images: number;
  readonly temperature: number;
  /** Growing sets, each with the units of the one before. */
  readonly sets: readonly {
    readonly removed: number;
    readonly predicted: number;
    readonly measured: number;
  }[];
}

export interface OracleMeasurements {
  readonly formatVersion: 1;
  readonly config: OracleConfig;
  /** The unpruned network. */
  readonly network: {
    readonly loss: number;
    readonly accuracy: number;
    readonly parameters: number;
    readonly macs: number;
  };
  /** In network order. */
  readonly groups: readonly { readonly id: string; readonly units: number }[];
  /** Signed: the loss without the unit minus the loss with it. */
  readonly lossChanges: UnitNumbers;
  readonly criteria: readonly MeasuredCriterion[];
  /** One training step on a minibatch, without scoring. */
  readonly trainStepSeconds: number;
  /** The time for all loss changes. */
  readonly oracleSeconds: number;
  readonly subsets: SubsetStudy | null;
  readonly joint: JointStudy | null;
  readonly engine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string | null;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
}
