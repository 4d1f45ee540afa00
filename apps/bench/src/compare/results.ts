/**
 * The results of a run: one cell per seed, criterion and ratio, and their means. Accuracies and shares are 0..1, losses
 * mean cross-entropies, MACs multiply-adds per image.
 */
import type { CompareConfig } from "./config.ts";
import { prunedRow, type TableRow, unprunedRow } from "./table-rows.ts";
import type { Timing } from "./timing.ts";

/** The network before pruning, for one seed. */
export interface Baseline {
  readonly seed: number;
  readonly parameters: number;
  readonly macs: number;
  readonly latencyMsPerImage: Timing;
  readonly accuracy: number;
  readonly loss: number;
  /** Null for networks of few classes. */
  readonly top5: number | null;
}

export interface KeptUnits {
  readonly kept: number;
  readonly total: number;
}

/** One pruned network, measured on the test images. */
export interface Cell {
  readonly seed: number;
  readonly criterion: string;
  /** The requested share to remove. */
  readonly ratio: number;
  readonly budget: CompareConfig["budget"];
  readonly parameters: number;
  readonly macs: number;
  readonly latencyMsPerImage: Timing;
  readonly accuracyBefore: number;
  readonly accuracyPruned: number;
  /** After the refit of the remaining weights; null without it. */
  readonly accuracyRepaired: number | null;
  /** Wall-clock time of the refit, including reading its images. */
  readonly repairSeconds: number | null;
  /** Null without fine-tuning. */
  readonly accuracyTuned: number | null;
  readonly lossBefore: number;
  readonly lossPruned: number;
  readonly lossRepaired: number | null;
  readonly lossTuned: number | null;
  readonly top5Before: number | null;
  readonly top5Pruned: number | null;
  readonly top5Repaired: number | null;
  readonly top5Tuned: number | null;
  /** Share of the test images whose most probable class is that of the unpruned network. */
  readonly agreementPruned: number | null;
  readonly agreementRepaired: number | null;
  readonly agreementTuned: number | null;
  /** By group id. */
  readonly keptUnits: Readonly<Record<string, KeptUnits>>;
  /** Warnings about the scores, in sentences. */
  readonly notes: readonly string[];
}

/** A point of a training curve; epochs may be fractions. */
export interface CurvePoint {
  readonly seed: number;
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
}

export interface FineTunePoint extends CurvePoint {
  readonly criterion: string;
  readonly ratio: number;
}

export interface Pinned {
  readonly layer: string;
  readonly reason: string;
}

/** Everything but the means. */
export interface Measurements {
  readonly config: CompareConfig;
  /** In the order of the table: built-in criteria, then the user's. */
  readonly criteria: readonly string[];
  readonly baselines: readonly Baseline[];
  readonly cells: readonly Cell[];
  readonly trainingCurve: readonly CurvePoint[];
  readonly fineTuneCurves: readonly FineTunePoint[];
  readonly pinned: readonly Pinned[];
  /** Why criteria of "all" were left out, by name. */
  readonly inapplicable: Readonly<Record<string, string>>;
  readonly testCount: number;
  /** First-order scores depend on the batch size. `minibatches` is null where every training minibatch scores. */
  readonly scoring: { readonly batchSize: number; readonly minibatches: number | null };
  readonly engine: { readonly name: string; readonly description: string };
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string | null;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
}

export interface Summary extends Measurements {
  readonly formatVersion: 1;
  readonly seeds: readonly number[];
  readonly rows: readonly TableRow[];
}

export function summarise(measurements: Measurements): Summary {
  const { baselines, cells, config, criteria, testCount } = measurements;
  const seeds = baselines.map(({ seed }) => seed).toSorted((a, b) => a - b);
  const rows = criteria.flatMap((criterion) =>
    config.ratios.flatMap((ratio) =>
      prunedRow(
        cells.filter((cell) => cell.criterion === criterion && cell.ratio === ratio),
        testCount,
      ),
    ),
  );
  return { formatVersion: 1, ...measurements, seeds, rows: [...unprunedRow(baselines, testCount), ...rows] };
}

export function summaryJson(summary: Summary): string {
  return `${JSON.stringify(summary, null, 2)}\n`;
}
