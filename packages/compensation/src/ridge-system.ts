/**
 * Solves `(mean x xᵀ + λ I) θ = b`: by a Cholesky factorisation in double precision, or, where there are many features, by an
 * inverse in single precision on the engine with iterative refinement (Wilkinson 1963).
 */
import * as tf from "@tensorflow/tfjs-core";
import { type CentredInverse, centredInverse } from "./centred-inverse.ts";
import { solveFactorized } from "./cholesky.ts";
import { inverseOf } from "./elimination.ts";
import { gramFactors, type RidgeSettings } from "./gram-factors.ts";
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

/** Steps of iterative refinement. */
const refinements = 2;

/** @throws CompensationError for moments that are not finite. */
export async function ridgeSystem(moments: SecondMoments, settings: RidgeSettings): Promise<RidgeSystem> {
  const found = await centredInverse(moments, settings);
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

function onEngine(found: CentredInverse, size: number, ridge: number): RidgeSystem {
  const { matrix, inverse, scale, means, lambda } = found;
  return {
    lambda,
    size,
    ridge,
    async solve(b) {
      const last = (at: number): number => at - (at % size) + size - 1; // the constant's place in a row
      const scaled = Float32Array.from(
        b,
        (value, at) =>
          (value - (means[at % size] as number) * (b[last(at)] as number)) * (scale[at % size] as number),
      );
      const solution = tf.tidy(() => refined(matrix, inverse, tf.tensor2d(scaled, [b.length / size, size])));
      const values = await solution.data();
      solution.dispose();
      for (let at = 0; at < b.length; at++) b[at] = (values[at] as number) * (scale[at % size] as number);
      for (let at = 0; at < b.length; at++)
        b[last(at)] = (b[last(at)] as number) - (means[at % size] as number) * (b[at] as number);
      return b;
    },
    dispose: () => void tf.dispose([matrix, inverse]),
  };
}

/** `(mean x xᵀ + λ I)⁻¹`, `[features, features]`, of a layer with one group. */
export async function ridgeInverse(moments: SecondMoments, settings: RidgeSettings): Promise<Float64Array> {
  const { size } = moments;
  const found = await centredInverse(moments, settings);
  if (found === null) return inverseOf(gramFactors(moments, settings).factors[0] as Float64Array, size);
  const system = onEngine(found, size, settings.ridge);
  const identity = new Float64Array(size * size);
  for (let i = 0; i < size; i++) identity[i * size + i] = 1;
  const inverse = await system.solve(identity);
  system.dispose();
  return inverse;
}

/** `b A⁻¹` from an approximate inverse. @param b - `[count, size]` */
function refined(matrix: tf.Tensor2D, inverse: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  let x: tf.Tensor2D = tf.matMul(b, inverse);
  for (let i = 0; i < refinements; i++) x = tf.add(x, tf.matMul(tf.sub(b, tf.matMul(x, matrix)), inverse));
  return x;
}
