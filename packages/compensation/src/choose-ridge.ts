/**
 * Chooses the ridge of a layer with few rows, as a classifier on one position per example: several are fitted on three quarters
 * of the rows, and the one with the smallest error on the others is taken.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type FitRows, type FitSettings, fitColumns, residualError } from "./fit-columns.ts";

/** Rows for each coefficient of an output channel above which the smallest ridge is used. */
const enoughRows = 16;

const ridges = [1e-3, 1e-1, 10] as const;

/** Infinity where no refit lowers the error on rows that were not fitted. @param start - As in `fitColumns`. */
export async function chooseRidge(
  rows: readonly FitRows[],
  start: tf.Tensor3D,
  readThrough: FitSettings["readThrough"],
): Promise<number> {
  const count = rows.reduce((n, { target }) => n + target.shape[0], 0);
  if (count >= enoughRows * start.shape[1]) return ridges[0];
  const fitted = rows.map((each) => part(each, 0, 0.75));
  const compared = rows.map((each) => part(each, 0.75, 1));
  try {
    let best = Number.POSITIVE_INFINITY;
    let least = await residualError(compared, start, readThrough);
    for (const ridge of ridges) {
      const { columns } = await fitColumns(fitted, start, { readThrough, ridge });
      const error = await residualError(compared, columns, readThrough);
      columns.dispose();
      if (!(error < least)) continue;
      least = error;
      best = ridge;
    }
    return best;
  } finally {
    tf.dispose([...fitted, ...compared].map((each) => ({ ...each })));
  }
}

/** The rows between two shares of their number; rows of one example are neighbours. */
function part({ features, base, target }: FitRows, from: number, to: number): FitRows {
  const [groups, count, size] = features.shape;
  const [first, last] = [Math.floor(from * count), Math.floor(to * count)];
  const rowsOf = (x: tf.Tensor2D): tf.Tensor2D => tf.slice(x, [first, 0], [last - first, x.shape[1]]);
  return {
    features: tf.slice(features, [0, first, 0], [groups, last - first, size]),
    base: base === undefined ? undefined : rowsOf(base),
    target: rowsOf(target),
  };
}
