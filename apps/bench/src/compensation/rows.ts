/** Means over seeds. */
import { spread } from "../compare/spread.ts";
import { keyOf } from "./cells.ts";
import type { CompensationMeasurements, CompensationRow, MeasuredCell } from "./measurements.ts";
import { leastSquares } from "./methods.ts";

/** One row for all cells that differ in the seed alone, in the order of the cells. */
export function rowsOf(cells: readonly MeasuredCell[]): readonly CompensationRow[] {
  const name = (cell: MeasuredCell): string => keyOf({ ...cell, seed: 0 });
  return [...new Set(cells.map(name))].flatMap((each) => {
    const group = cells.filter((cell) => name(cell) === each);
    const [first] = group;
    if (first === undefined) return [];
    const { criterion, labels, macs, method, samples, classes } = first;
    const over = (of: (cell: MeasuredCell) => number): CompensationRow["accuracy"] => spread(group.map(of));
    return [
      {
        criterion,
        labels,
        macs,
        method,
        samples,
        classes,
        seeds: group.length,
        accuracy: over((cell) => cell.accuracy),
        loss: over((cell) => cell.loss),
        macsLeft: over((cell) => cell.macsLeft),
        seconds: over((cell) => cell.seconds),
        before: over((cell) => cell.before),
        after: over((cell) => cell.after),
        reverted: group.filter(({ isReverted }) => isReverted).length,
      },
    ];
  });
}

/** The rows of the first choice of units. */
export function ofFirstChoice(rows: readonly CompensationRow[]): readonly CompensationRow[] {
  const [first] = rows;
  return rows.filter(({ criterion, labels }) => criterion === first?.criterion && labels === first.labels);
}

/** The rows of the curve over the number of images. */
export function curveRows({ config, cells }: CompensationMeasurements): readonly CompensationRow[] {
  return ofFirstChoice(rowsOf(cells)).filter(
    ({ method, classes, samples }) =>
      method === leastSquares && classes === "all" && config.samples.includes(samples),
  );
}
