/**
 * Accuracies where every criterion has removed the same share of an amount. One ratio of units removes different shares of
 * the MACs, so lines are interpolated linearly between the unpruned network and the ratios, for each seed alone.
 */

import type { BudgetName } from "./budget.ts";
import type { Baseline, Cell, Summary } from "./results.ts";
import { type Spread, spread } from "./spread.ts";

type Amounts = Readonly<Record<BudgetName, number>>;

/** One network on the line of a seed: the removed share of the amount, and the accuracy. */
interface Tested {
  readonly share: number;
  readonly accuracy: number;
}

/** The amounts whose shares differ at one ratio: units and MACs, but for the run's own budget. */
export function comparedAmounts({ config }: Summary): readonly BudgetName[] {
  return (["units", "macs"] as const).filter((amount) => amount !== config.budget);
}

/**
 * @param share - The removed share of the amount, 0..1.
 * @returns Null where a seed of the criterion has no network at this share or beyond.
 */
export function accuracyAt(
  summary: Summary,
  criterion: string,
  amount: BudgetName,
  share: number,
): Spread | null {
  const lines = linesOf(summary, criterion, amount);
  const values = lines.flatMap((line) => interpolated(line, share) ?? []);
  return values.length === 0 || values.length < lines.length ? null : spread(values);
}

/** The largest share that every criterion has removed in every seed, 0..1, rounded down to a whole per cent; 0 is none. */
export function commonShare(summary: Summary, amount: BudgetName): number {
  const ends = summary.criteria.flatMap((criterion) =>
    linesOf(summary, criterion, amount).map((line) => Math.max(...line.map(({ share }) => share))),
  );
  // Rounding noise does not cost a per cent.
  return ends.length === 0 ? 0 : Math.floor(100 * Math.min(...ends) + 1e-6) / 100;
}

/** One line per seed, by rising share, from the unpruned network. */
function linesOf(
  { baselines, cells }: Summary,
  criterion: string,
  amount: BudgetName,
): readonly (readonly Tested[])[] {
  const accuracyOf = lastCommonStage(cells);
  return baselines.flatMap((baseline) => {
    const own = cells.filter((cell) => cell.criterion === criterion && cell.seed === baseline.seed);
    const pruned = own.map((cell) => ({
      share: 1 - amountsOf(cell)[amount] / originalAmounts(baseline, cell)[amount],
      accuracy: accuracyOf(cell),
    }));
    const start: Tested = { share: 0, accuracy: baseline.accuracy };
    return pruned.length === 0 ? [] : [[start, ...pruned.toSorted((a, b) => a.share - b.share)]];
  });
}

/** Accuracies of different stages are not compared: the last stage that all networks have. */
function lastCommonStage(cells: readonly Cell[]): (cell: Cell) => number {
  const stage = (["accuracyTuned", "accuracyRepaired"] as const).find((name) =>
    cells.every((cell) => cell[name] !== null),
  );
  return (cell) => (stage === undefined ? null : cell[stage]) ?? cell.accuracyPruned;
}

function interpolated(line: readonly Tested[], share: number): number | null {
  const end = line.findIndex((tested) => tested.share >= share - 1e-9);
  const [before, after] = [line[Math.max(0, end - 1)], line[end]];
  if (before === undefined || after === undefined) return null;
  const span = after.share - before.share;
  const weight = span > 0 ? Math.min(1, Math.max(0, (share - before.share) / span)) : 1;
  return before.accuracy + weight * (after.accuracy - before.accuracy);
}

const amountsOf = ({ keptUnits, macs, parameters }: Cell): Amounts => ({
  units: sum(keptUnits, "kept"),
  macs,
  parameters,
});

const originalAmounts = ({ macs, parameters }: Baseline, { keptUnits }: Cell): Amounts => ({
  units: sum(keptUnits, "total"),
  macs,
  parameters,
});

const sum = (groups: Cell["keptUnits"], key: "kept" | "total"): number =>
  Object.values(groups).reduce((total, group) => total + group[key], 0);
