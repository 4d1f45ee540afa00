/** The rows of the table of results: means over the seeds of each criterion and ratio. */
import type { Baseline, Cell } from "./results.ts";
import { type Spread, spread, spreadOfShares } from "./spread.ts";
import { meanTiming, type Timing } from "./timing.ts";

/** The row of the unpruned network in the table. */
export const unpruned = "unpruned";

type Stage = "Pruned" | "Repaired" | "Tuned";
type ShareName = `${"accuracy" | "agreement"}${Stage}` | `top5${"Before" | Stage}`;
type NumberName = "repairSeconds" | `loss${"Before" | Stage}`;

/** Shares of the test images. */
const shares: readonly ShareName[] = [
  ...(["accuracyPruned", "accuracyRepaired", "accuracyTuned"] as const),
  ...(["top5Before", "top5Pruned", "top5Repaired", "top5Tuned"] as const),
  ...(["agreementPruned", "agreementRepaired", "agreementTuned"] as const),
];

/** Other numbers of a cell that a row averages. */
const numbers: readonly NumberName[] = [
  ...(["repairSeconds", "lossBefore", "lossPruned", "lossRepaired", "lossTuned"] as const),
];

/** Null in a row where no cell has a number. */
type Averages = Readonly<Record<NumberName | ShareName, Spread | null>>;

interface Costs {
  readonly seeds: number;
  readonly parameters: Spread;
  readonly macs: Spread;
  /** The mean over seeds of each number. */
  readonly latencyMsPerImage: Timing;
}

export interface TableRow extends Averages, Costs {
  readonly criterion: string;
  readonly ratio: number;
  readonly accuracyBefore: Spread;
}

export const isUnpruned = ({ criterion }: TableRow): boolean => criterion === unpruned;

/** One row, or none without baselines. */
export function unprunedRow(baselines: readonly Baseline[], testCount: number): readonly TableRow[] {
  if (baselines.length === 0) return [];
  const share = (values: readonly number[]): Spread => spreadOfShares(values, testCount);
  const top5 = withoutNulls(baselines.map((baseline) => baseline.top5));
  return [
    {
      criterion: unpruned,
      ratio: 0,
      ...costs(baselines),
      ...averages([], testCount),
      accuracyBefore: share(baselines.map(({ accuracy }) => accuracy)),
      lossBefore: spread(baselines.map(({ loss }) => loss)),
      top5Before: top5.length === 0 ? null : share(top5),
    },
  ];
}

/** One row, or none without cells. */
export function prunedRow(cells: readonly Cell[], testCount: number): readonly TableRow[] {
  const [first] = cells;
  if (first === undefined) return [];
  const { criterion, ratio } = first;
  const accuracies = cells.map((cell) => cell.accuracyBefore);
  const accuracyBefore = spreadOfShares(accuracies, testCount);
  return [{ criterion, ratio, ...costs(cells), ...averages(cells, testCount), accuracyBefore }];
}

function averages(cells: readonly Cell[], testCount: number): Averages {
  const average = (name: keyof Averages, of: (values: readonly number[]) => Spread) => {
    const values = withoutNulls(cells.map((cell) => cell[name]));
    return [name, values.length === 0 ? null : of(values)] as const;
  };
  return Object.fromEntries([
    ...numbers.map((name) => average(name, spread)),
    ...shares.map((name) => average(name, (values) => spreadOfShares(values, testCount))),
  ]) as Averages;
}

function costs(cells: readonly Pick<Cell, "parameters" | "macs" | "latencyMsPerImage">[]): Costs {
  return {
    seeds: cells.length,
    parameters: spread(cells.map(({ parameters }) => parameters)),
    macs: spread(cells.map(({ macs }) => macs)),
    latencyMsPerImage: meanTiming(cells.map(({ latencyMsPerImage }) => latencyMsPerImage)),
  };
}

const withoutNulls = (values: readonly (number | null)[]): readonly number[] =>
  values.filter((value) => value !== null);
