/**
 * Solves `(mean x xᵀ + λ I) θ = b`: by a Cholesky factorisation in double precision, or, where there are many features, by an
 * inverse in single precision on the engine with iterative refinement (Wilkinson 1963) of the system scaled to a unit diagonal.
 */
import * as tf from "@tensorflow/tfjs-core";
import { solveFactorized } from "./cholesky.ts";
import { inverseOf } from "./elimination.ts";
import { inverseByHalves } from "./engine-inverse.ts";
import { gramFactors, penaltiesOf, type RidgeSettings } from "./gram-factors.ts";
import type { SecondMoments } from "./second-moments.ts";

export type { RidgeSettings } from "./gram-factors.ts";

export interface RidgeSystem {
  /** λ of every feature, `[groups, features]`. */
  readonly lambda: Float64Array;
  /** The number of features. */
  readonly size: number;
  /** λ relative to the mean of the diagonal; above the requested one where the matrix is singular. */
  readonly ridge: number;
  /** Replaces the right-hand sides, `[groups, outputs, features]`, by the solutions, which it returns. */
  readonly solve: (b: Float64Array) => Promise<Float64Array>;
  readonly dispose: () => void;
}

/** From so many features on the engine is faster, for ridges that single precision can tell from 0. */
const manyFeatures = 600;
const leastRidge = 1e-4;

const refinements = 2;
/** The largest relative residual of an inverse that refinement corrects. */
const mostResidual = 0.1;

/** @throws CompensationError for moments that are not finite. */
export async function ridgeSystem(moments: SecondMoments, settings: RidgeSettings): Promise<RidgeSystem> {
  const found = await scaledInverse(moments, settings);
  return found === null ? inDouble(moments, settings) : onEngine(found, moments.size, settings.ridge);
}

function inDouble(moments: SecondMoments, settings: RidgeSettings): RidgeSystem {
  const { size } = moments;
  const { factors, lambda, ridge } = gramFactors(moments, settings);
  return {
    lambda,
    size,
    ridge,
    async solve(b) {
      const perGroup = b.length / factors.length;
      for (const [group, factor] of factors.entries())
        solveFactorized(factor, size, b.subarray(group * perGroup, (group + 1) * perGroup));
      return b;
    },
    dispose: () => undefined,
  };
}

/** `A = S⁻¹ M S⁻¹`, with M and its inverse on the engine. */
interface ScaledInverse {
  /** M, with a unit diagonal. The caller disposes it and the inverse. */
  readonly matrix: tf.Tensor2D;
  readonly inverse: tf.Tensor2D;
  /** The diagonal of S. */
  readonly scale: Float64Array;
  readonly lambda: Float64Array;
}

/** Null where there are few features, or where single precision does not suffice. */
async function scaledInverse(moments: SecondMoments, settings: RidgeSettings): Promise<ScaledInverse | null> {
  const { groups, size } = moments;
  if (groups > 1 || size < manyFeatures || settings.ridge < leastRidge) return null;
  const lambda = penaltiesOf(moments, settings);
  const scale = unitScale(moments, lambda);
  const matrix = tf.tensor2d(scaledMatrix(moments, lambda, scale), [size, size]);
  const inverse = await inverseByHalves(matrix);
  if (inverse !== null && (await residualOf(matrix, inverse)) < mostResidual)
    return { matrix, inverse, scale, lambda };
  matrix.dispose();
  inverse?.dispose();
  return null;
}

function onEngine(
  { matrix, inverse, scale, lambda }: ScaledInverse,
  size: number,
  ridge: number,
): RidgeSystem {
  return {
    lambda,
    size,
    ridge,
    async solve(b) {
      const scaled = Float32Array.from(b, (value, at) => value * (scale[at % size] as number));
      const solution = tf.tidy(() => refined(matrix, inverse, tf.tensor2d(scaled, [b.length / size, size])));
      const values = await solution.data();
      solution.dispose();
      for (let at = 0; at < b.length; at++) b[at] = (values[at] as number) * (scale[at % size] as number);
      return b;
    },
    dispose: () => void tf.dispose([matrix, inverse]),
  };
}

/** `(mean x xᵀ + λ I)⁻¹`, `[features, features]`, of a layer with one group. */
export async function ridgeInverse(moments: SecondMoments, settings: RidgeSettings): Promise<Float64Array> {
  const { size } = moments;
  const found = await scaledInverse(moments, settings);
  if (found === null) return inverseOf(gramFactors(moments, settings).factors[0] as Float64Array, size);
  const { matrix, inverse, scale } = found;
  const values = Float64Array.from(await inverse.data());
  tf.dispose([matrix, inverse]);
  for (let at = 0; at < values.length; at++)
    values[at] =
      (values[at] as number) * (scale[Math.floor(at / size)] as number) * (scale[at % size] as number);
  return values;
}

/** `(diagonal + λ)^-½` */
function unitScale({ sums, rows, size }: SecondMoments, lambda: Float64Array): Float64Array {
  return lambda.map((penalty, i) => 1 / Math.sqrt((sums[i * size + i] as number) / rows + penalty));
}

/** `G + λ I` scaled to a unit diagonal, `[size, size]`. */
function scaledMatrix(
  { sums, rows, size }: SecondMoments,
  lambda: Float64Array,
  scale: Float64Array,
): Float32Array {
  const scaled = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    const factor = (scale[i] as number) / rows;
    for (let j = 0; j < size; j++)
      scaled[i * size + j] = (sums[i * size + j] as number) * factor * (scale[j] as number);
    scaled[i * size + i] =
      (scaled[i * size + i] as number) + (lambda[i] as number) * (scale[i] as number) ** 2;
  }
  return scaled;
}

/** `b A⁻¹` from an approximate inverse. @param b - `[count, size]` */
function refined(matrix: tf.Tensor2D, inverse: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  let x: tf.Tensor2D = tf.matMul(b, inverse);
  for (let i = 0; i < refinements; i++) x = tf.add(x, tf.matMul(tf.sub(b, tf.matMul(x, matrix)), inverse));
  return x;
}

/** `|v A⁻¹ A - v| / |v|` for a random v; NaN for matrices with NaN. */
async function residualOf(matrix: tf.Tensor2D, inverse: tf.Tensor2D): Promise<number> {
  const residual = tf.tidy(() => {
    const probe: tf.Tensor2D = tf.randomNormal([1, matrix.shape[0]], 0, 1, "float32", 1);
    return tf.div(tf.norm(tf.sub(tf.matMul(tf.matMul(probe, inverse), matrix), probe)), tf.norm(probe));
  });
  const [value = Number.NaN] = await residual.data();
  residual.dispose();
  return value;
}
