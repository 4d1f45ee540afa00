/**
 * Ridge regression around a starting point: minimises `mean |r|² + λ |θ - θ₀|²`, where r is the visible residual of
 * `features · θ + base`. For a ReLU reader by majorisation: each iteration solves the linear problem in which what is hidden
 * already fits, which never increases the loss (Hunter and Lange 2004).
 */
import * as tf from "@tensorflow/tfjs-core";
import { applyColumns } from "./affine-map.ts";
import { solveFactorized } from "./cholesky.ts";
import { type GramFactors, gramFactors, type RidgeSettings } from "./gram-factors.ts";
import type { ReadThrough } from "./refit-sites.ts";
import { seen, type VisibleTarget, visibleResidual, visibleTarget } from "./residual.ts";
import { type SecondMoments, secondMoments } from "./second-moments.ts";
import { addInto, product, variance } from "./sum-products.ts";

/** Linear problems that are solved where a ReLU reads the result; the error hardly falls after that. */
const mostIterations = 3;
/** Steps after the first are longer than the linear problem's, because it overestimates the curvature. */
const relaxation = 1.8;

/** One minibatch of the regression. */
export type FitRows = {
  /** `[groups, rows, features]` */
  readonly features: tf.Tensor3D;
  /** `[rows, channels]`, or undefined for 0. */
  readonly base: tf.Tensor2D | undefined;
  /** `[rows, channels]` */
  readonly target: tf.Tensor2D;
};

export interface FitSettings extends RidgeSettings {
  readonly readThrough: ReadThrough;
  /** Of the features of all rows, where they are known. */
  readonly moments?: SecondMoments | undefined;
}

export function featureMoments(rows: readonly FitRows[]): Promise<SecondMoments> {
  return secondMoments(rows.map(({ features }) => features));
}

export interface Fit {
  /** θ, `[groups, features, outputs per group]`. The caller disposes it. */
  readonly columns: tf.Tensor3D;
  /** Squared residual relative to the variance of the target, at θ₀. */
  readonly before: number;
  /** The same at θ. */
  readonly after: number;
  /** λ that was used, above the requested one where the system is singular. */
  readonly ridge: number;
}

/** @param start - θ₀; it is not disposed. */
export async function fitColumns(
  rows: readonly FitRows[],
  start: tf.Tensor3D,
  settings: FitSettings,
): Promise<Fit> {
  const { ridge, readThrough } = settings;
  const scale = await targetVariance(rows, readThrough);
  const targets = visibleTargets(rows, readThrough);
  try {
    const first = await residualProducts(rows, targets, start);
    const before = first.error / scale;
    if (ridge === Number.POSITIVE_INFINITY) return { columns: tf.clone(start), before, after: before, ridge };
    const gram = gramFactors(settings.moments ?? (await featureMoments(rows)), settings);
    const iterations = readThrough === "identity" ? 1 : mostIterations;
    const { columns, error } = await iterate(rows, targets, start, { gram, first, iterations });
    return { columns, before, after: error / scale, ridge: gram.ridge };
  } finally {
    tf.dispose(targets.map((each) => ({ ...each })));
  }
}

/** Solves linear problems as long as the error falls. */
async function iterate(
  rows: readonly FitRows[],
  targets: readonly VisibleTarget[],
  start: tf.Tensor3D,
  {
    gram,
    first,
    iterations,
  }: { readonly gram: GramFactors; readonly first: Products; readonly iterations: number },
): Promise<{ readonly columns: tf.Tensor3D; readonly error: number }> {
  const change = new Float64Array(first.products.length); // [groups, outputs, features]
  let columns = tf.clone(start);
  let { error, products } = first;
  for (let i = 0; i < iterations; i++) {
    const step = solve(gram, products, change).map((value) => (i === 0 ? value : relaxation * value));
    const next = tf.tidy(() => plusTransposed(columns, step));
    const tried = await residualProducts(rows, targets, next);
    if (!(tried.error < error)) {
      next.dispose();
      break;
    }
    columns.dispose();
    columns = next;
    ({ error, products } = tried);
    for (let at = 0; at < step.length; at++) change[at] = (change[at] as number) + (step[at] as number);
  }
  return { columns, error };
}

/** `(G + λ I)⁻¹ (mean r x - λ (θ - θ₀))`, `[groups, outputs, features]`. */
function solve(
  { factors, lambda, size }: GramFactors,
  products: Float64Array,
  change: Float64Array,
): Float64Array {
  const step = new Float64Array(products.length);
  const perGroup = products.length / factors.length;
  for (const [group, factor] of factors.entries()) {
    const [from, to] = [group * perGroup, (group + 1) * perGroup];
    for (let at = from; at < to; at++) {
      const penalty = lambda[group * size + ((at - from) % size)] as number;
      step[at] = (products[at] as number) - penalty * (change[at] as number);
    }
    solveFactorized(factor, size, step.subarray(from, to));
  }
  return step;
}

/** @param step - `[groups, outputs, features]` */
function plusTransposed(columns: tf.Tensor3D, step: Float64Array): tf.Tensor3D {
  const [groups, size, perGroup] = columns.shape;
  const byOutput = tf.tensor3d(Float32Array.from(step), [groups, perGroup, size]);
  return tf.add(columns, tf.transpose(byOutput, [0, 2, 1]));
}

/** Mean squared residual, summed over channels. @param columns - θ */
export async function residualError(
  rows: readonly FitRows[],
  columns: tf.Tensor3D,
  readThrough: ReadThrough,
): Promise<number> {
  const targets = visibleTargets(rows, readThrough);
  try {
    return (await residualProducts(rows, targets, columns)).error;
  } finally {
    tf.dispose(targets.map((each) => ({ ...each })));
  }
}

/** The caller disposes them. */
function visibleTargets(rows: readonly FitRows[], readThrough: ReadThrough): readonly VisibleTarget[] {
  return rows.map(({ target, base }) => visibleTarget(target, base, readThrough));
}

interface Products {
  /** Mean squared residual, summed over channels. */
  readonly error: number;
  /** `mean r x`, `[groups, outputs, features]` */
  readonly products: Float64Array;
}

async function residualProducts(
  rows: readonly FitRows[],
  targets: readonly VisibleTarget[],
  columns: tf.Tensor3D,
): Promise<Products> {
  const [groups, size, perGroup] = columns.shape;
  const products = new Float64Array(groups * size * perGroup);
  const error = new Float64Array(1);
  let count = 0;
  for (const [i, { features }] of rows.entries()) {
    count += features.shape[1];
    const residual = tf.tidy(() =>
      visibleResidual(applyColumns(features, columns), targets[i] as VisibleTarget),
    );
    await addInto(error, () => tf.sum(tf.square(residual)));
    await addInto(products, () => {
      const byGroup = tf.transpose(tf.reshape(residual, [-1, groups, perGroup]), [1, 0, 2]);
      return product(byGroup as tf.Tensor3D, features);
    });
    residual.dispose();
  }
  return { error: Number(error[0]) / Math.max(count, 1), products: products.map((value) => value / count) };
}

/** Of what the reader sees of the target, summed over channels. */
function targetVariance(rows: readonly FitRows[], readThrough: ReadThrough): Promise<number> {
  return variance(
    rows.map(
      ({ target }) =>
        () =>
          seen(target, readThrough) as tf.Tensor2D,
    ),
  );
}
