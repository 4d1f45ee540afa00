/**
 * The results of a run: one cell per seed, criterion and ratio, and their means. Accuracies and shares are 0..1, losses
 * mean cross-entropies, MACs multiply-adds per image.
 */
import type { CompareConfig } from "./config.ts";
import { meanTiming, type Timing } from "./timing.ts";

/** The row of the unpruned network in the table. */
export const unpruned = "unpruned";

/** The network before pruning, for one seed. */
export interface Baseline {
  readonly seed: number;
  readonly parameters: number;
  readonly macs: number;
  readonly latencyMsPerImage: Timing;
  readonly accuracy: number;
  readonly loss: number;
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

/** Mean and sample standard deviation over seeds; null for one seed. */
export interface Spread {
  readonly mean: number;
  readonly std: number | null;
}

export interface TableRow {
  readonly criterion: string;
  readonly ratio: number;
  readonly seeds: number;
  readonly parameters: Spread;
  readonly macs: Spread;
  /** The mean over seeds of each number. */
  readonly latencyMsPerImage: Timing;
  readonly accuracyBefore: Spread;
  readonly accuracyPruned: Spread | null;
  readonly accuracyRepaired: Spread | null;
  readonly repairSeconds: Spread | null;
  readonly accuracyTuned: Spread | null;
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
  const { baselines, cells, config, criteria } = measurements;
  const seeds = baselines.map(({ seed }) => seed).toSorted((a, b) => a - b);
  const rows = criteria.flatMap((criterion) =>
    config.ratios.flatMap((ratio) =>
      prunedRow(cells.filter((cell) => cell.criterion === criterion && cell.ratio === ratio)),
    ),
  );
  return { formatVersion: 1, ...measurements, seeds, rows: [...unprunedRow(baselines), ...rows] };
}

function unprunedRow(baselines: readonly Baseline[]): readonly TableRow[] {
  if (baselines.length === 0) return [];
  const accuracyBefore = spread(baselines.map(({ accuracy }) => accuracy));
  return [
    {
      criterion: unpruned,
      ratio: 0,
      ...costs(baselines),
      accuracyBefore,
      accuracyPruned: null,
      accuracyRepaired: null,
      repairSeconds: null,
      accuracyTuned: null,
    },
  ];
}

/** One row, or none without cells. */
function prunedRow(cells: readonly Cell[]): readonly TableRow[] {
  const [first] = cells;
  if (first === undefined) return [];
  return [
    {
      criterion: first.criterion,
      ratio: first.ratio,
      ...costs(cells),
      accuracyBefore: spread(cells.map(({ accuracyBefore }) => accuracyBefore)),
      accuracyPruned: spread(cells.map(({ accuracyPruned }) => accuracyPruned)),
      accuracyRepaired: spreadOfSome(cells.map(({ accuracyRepaired }) => accuracyRepaired)),
      repairSeconds: spreadOfSome(cells.map(({ repairSeconds }) => repairSeconds)),
      accuracyTuned: spreadOfSome(cells.map(({ accuracyTuned }) => accuracyTuned)),
    },
  ];
}

type Costs = Pick<TableRow, "seeds" | "parameters" | "macs" | "latencyMsPerImage">;

function costs(cells: readonly Pick<Cell, "parameters" | "macs" | "latencyMsPerImage">[]): Costs {
  return {
    seeds: cells.length,
    parameters: spread(cells.map(({ parameters }) => parameters)),
    macs: spread(cells.map(({ macs }) => macs)),
    latencyMsPerImage: meanTiming(cells.map(({ latencyMsPerImage }) => latencyMsPerImage)),
  };
}

/** @param values - At least one. */
export function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, std: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (values.length - 1)) };
}

/** Without the nulls; null where there is nothing else. */
function spreadOfSome(values: readonly (number | null)[]): Spread | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? null : spread(numbers);
}

export function summaryJson(summary: Summary): string {
  return `${JSON.stringify(summary, null, 2)}\n`;
}
