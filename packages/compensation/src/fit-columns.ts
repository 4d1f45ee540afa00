/**
 * Ridge regression around a starting point: minimises `mean |r|² + λ |θ - θ₀|²`, where r is the visible residual of
 * `features · θ + base`. For a ReLU reader by majorisation: each iteration solves the linear problem in which what is hidden
 * already fits, which never increases the loss (Hunter and Lange 2004).
 */
import * as tf from "@tensorflow/tfjs-core";
import type { ReadThrough } from "./refit-sites.ts";
import { type RidgeSettings, type RidgeSystem, ridgeSystem } from "./ridge-system.ts";
import {
  type FitRows,
  type Products,
  type RowResiduals,
  rowResiduals,
  targetVariance,
} from "./row-residuals.ts";
import { type SecondMoments, secondMoments } from "./second-moments.ts";

/** Linear problems that are solved where a ReLU reads the result; the error hardly falls after that. */
const mostIterations = 3;
/** Steps after the first are longer than the linear problem's, because it overestimates the curvature. */
const relaxation = 1.8;

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
  const residuals = rowResiduals(rows, readThrough);
  try {
    if (ridge === Number.POSITIVE_INFINITY) {
      const before = (await residuals.error(start)) / scale;
      return { columns: tf.clone(start), before, after: before, ridge };
    }
    const first = await residuals.products(start);
    const system = await ridgeSystem(settings.moments ?? (await featureMoments(rows)), settings);
    try {
      const iterations = readThrough === "identity" ? 1 : mostIterations;
      const { columns, error } = await iterate(residuals, start, { system, first, iterations });
      return { columns, before: first.error / scale, after: error / scale, ridge: system.ridge };
    } finally {
      system.dispose();
    }
  } finally {
    residuals.dispose();
  }
}

interface IterateOptions {
  readonly system: RidgeSystem;
  /** At the start. */
  readonly first: Products;
  readonly iterations: number;
}

/** Solves linear problems as long as the error falls. */
async function iterate(
  residuals: RowResiduals,
  start: tf.Tensor3D,
  { system, first, iterations }: IterateOptions,
): Promise<{ readonly columns: tf.Tensor3D; readonly error: number }> {
  const change = new Float64Array(first.products.length); // [groups, outputs, features]
  let columns = tf.clone(start);
  let { error, products } = first;
  for (let i = 0; i < iterations; i++) {
    const solution = await system.solve(withPull(system, products, change));
    const step = i === 0 ? solution : solution.map((value) => relaxation * value);
    const next = plusTransposed(columns, step);
    const isLast = i === iterations - 1;
    const tried = isLast ? { error: await residuals.error(next), products } : await residuals.products(next);
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

/** `mean r x - λ (θ - θ₀)`, `[groups, outputs, features]`. */
function withPull({ lambda, size }: RidgeSystem, products: Float64Array, change: Float64Array): Float64Array {
  const perGroup = (products.length * size) / lambda.length;
  return products.map((product, at) => {
    const penalty = lambda[Math.floor(at / perGroup) * size + (at % size)] as number;
    return product - penalty * (change[at] as number);
  });
}

/** @param step - `[groups, outputs, features]` */
export function plusTransposed(columns: tf.Tensor3D, step: Float64Array): tf.Tensor3D {
  const [groups, size, perGroup] = columns.shape;
  return tf.tidy(() => {
    const byOutput = tf.tensor3d(Float32Array.from(step), [groups, perGroup, size]);
    return tf.add(columns, tf.transpose(byOutput, [0, 2, 1]));
  });
}
