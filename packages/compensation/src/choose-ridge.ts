/**
 * Chooses the ridge of a layer with few rows, as a classifier on one position per example: with several a step is
 * taken on three quarters of the rows, and the one with the smallest error on the others is chosen.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type FitSettings, featureMoments, plusTransposed } from "./fit-columns.ts";
import { ridgeSystem } from "./ridge-system.ts";
import { type FitRows, type RowResiduals, rowResiduals } from "./row-residuals.ts";
import { mergedMoments, type SecondMoments } from "./second-moments.ts";

/**
 * Rows for each coefficient of an output channel above which the smallest ridge is used. A layer with fewer rows than
 * coefficients, by the same factor, keeps its weights.
 */
const enoughRows = 16;

const ridges = [1e-3, 1e-1, 10] as const;

export interface ChosenRidge {
  /** Infinity where no refit lowers the error on rows that were not fitted. */
  readonly ridge: number;
  /** Of all rows; undefined where they were not needed. */
  readonly moments: SecondMoments | undefined;
}

/** @param start - As in `fitColumns`. */
export async function chooseRidge(
  rows: readonly FitRows[],
  start: tf.Tensor3D,
  settings: Omit<FitSettings, "ridge" | "moments">,
): Promise<ChosenRidge> {
  const count = rows.reduce((n, { target }) => n + target.shape[0], 0);
  if (count >= enoughRows * start.shape[1]) return { ridge: ridges[0], moments: undefined };
  if (count < Math.max(4, start.shape[1] / enoughRows))
    return { ridge: Number.POSITIVE_INFINITY, moments: undefined };
  const [fitted, compared] = rows.length >= 4 ? splitList(rows) : splitEach(rows);
  try {
    const moments = await featureMoments(fitted);
    const ridge = await bestRidge(fitted, compared, start, { ...settings, moments });
    if (ridge === Number.POSITIVE_INFINITY) return { ridge, moments: undefined };
    return { ridge, moments: mergedMoments(moments, await featureMoments(compared)) };
  } finally {
    if (rows.length < 4) tf.dispose([...fitted, ...compared].map((each) => ({ ...each })));
  }
}

async function bestRidge(
  fitted: readonly FitRows[],
  compared: readonly FitRows[],
  start: tf.Tensor3D,
  {
    readThrough,
    hasShift,
    moments,
  }: Omit<FitSettings, "ridge" | "moments"> & { readonly moments: SecondMoments },
): Promise<number> {
  const [known, unknown] = [fitted, compared].map((rows) => rowResiduals(rows, readThrough)) as [
    RowResiduals,
    RowResiduals,
  ];
  try {
    let best = Number.POSITIVE_INFINITY;
    let least = await unknown.error(start);
    const { products } = await known.products(start);
    for (const ridge of ridges) {
      const system = await ridgeSystem(moments, { ridge, hasShift });
      const columns = plusTransposed(start, await system.solve(products.slice()));
      const error = await unknown.error(columns);
      columns.dispose();
      system.dispose();
      if (!(error < least)) continue;
      least = error;
      best = ridge;
    }
    return best;
  } finally {
    known.dispose();
    unknown.dispose();
  }
}

type Parts = readonly [fitted: readonly FitRows[], compared: readonly FitRows[]];

/** Three quarters of the minibatches, and the others. */
function splitList(rows: readonly FitRows[]): Parts {
  const fittedCount = Math.floor(0.75 * rows.length);
  return [rows.slice(0, fittedCount), rows.slice(fittedCount)];
}

/** Three quarters of every minibatch's rows, and the others; new tensors. */
function splitEach(rows: readonly FitRows[]): Parts {
  const parts = (from: number, to: number): readonly FitRows[] =>
    rows
      .filter(({ target }) => Math.floor(to * target.shape[0]) > Math.floor(from * target.shape[0]))
      .map((each) => part(each, from, to));
  return [parts(0, 0.75), parts(0.75, 1)];
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
