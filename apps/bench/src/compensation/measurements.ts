/** The results of `bench:compensation`. Accuracies and shares are 0..1, losses mean cross-entropies over the test images. */
import type { RefittedLayer, SkippedLayer } from "@secateur/compensation";
import type { Spread } from "../compare/spread.ts";
import type { CellKey } from "./cells.ts";
import type { CompensationConfig } from "./config.ts";

export interface MeasuredCell extends CellKey {
  readonly accuracy: number;
  readonly loss: number;
  /** Multiply-adds that stay, as a share. */
  readonly macsLeft: number;
  /** Of the refit, without reading images and without comparing outputs. */
  readonly seconds: number;
  readonly layers: readonly RefittedLayer[];
  readonly skipped: readonly SkippedLayer[];
  /** Squared error of the network's output on the refit's images, relative to the variance of the original's. */
  readonly before: number;
  readonly after: number;
  readonly isReverted: boolean;
}

/** One task in a process of its own. */
export interface MeasuredTask {
  readonly network: string;
  readonly task: "train" | "compensate";
  /** Images of the training step, or of the refit. */
  readonly images: number;
  readonly seconds: number;
  /** Largest resident memory beyond that of the libraries and the network, MiB. */
  readonly megabytes: number;
}

export interface CompensationMeasurements {
  readonly config: CompensationConfig;
  /** The unpruned network on the test images. */
  readonly network: {
    readonly accuracy: number;
    readonly loss: number;
    readonly macs: number;
    readonly parameters: number;
  };
  readonly cells: readonly MeasuredCell[];
  readonly cost: readonly MeasuredTask[];
  readonly engine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string | null;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
}

/** The cells of all seeds that are otherwise equal. */
export interface CompensationRow extends Omit<CellKey, "seed"> {
  readonly seeds: number;
  readonly accuracy: Spread;
  readonly loss: Spread;
  readonly macsLeft: Spread;
  readonly seconds: Spread;
  readonly before: Spread;
  readonly after: Spread;
  readonly reverted: number;
}
