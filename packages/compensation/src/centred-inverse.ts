/**
 * The inverse of `mean x xᵀ + λ I` on the engine in single precision, of centred features scaled to a unit diagonal: with the
 * constant feature c eliminated, `S = A - a aᵀ / A_cc` is far better conditioned than A where activations have large means.
 */
import * as tf from "@tensorflow/tfjs-core";
import { inverseByHalves } from "./engine-inverse.ts";
import { penaltiesOf, type RidgeSettings } from "./gram-factors.ts";
import type { SecondMoments } from "./second-moments.ts";

export interface CentredInverse {
  /** S scaled to a unit diagonal, with zeros beside the diagonal at the constant. The caller disposes it and the inverse. */
  readonly matrix: tf.Tensor2D;
  readonly inverse: tf.Tensor2D;
  /** `diagonal(S)^-½`, `[features]`. */
  readonly scale: Float64Array;
  /** `a / A_cc`, `[features]`; 0 for the constant itself, and everywhere without a constant. */
  readonly means: Float64Array;
  readonly lambda: Float64Array;
}

/** From so many features on the engine is faster, for ridges that single precision can tell from 0. */
const manyFeatures = 600;
const leastRidge = 1e-4;

/** The largest relative residual of an inverse that refinement corrects. */
const mostResidual = 0.1;

/** Null where there are few features, or where single precision does not suffice. */
export async function centredInverse(
  moments: SecondMoments,
  settings: RidgeSettings,
): Promise<CentredInverse | null> {
  const { groups, size } = moments;
  if (groups > 1 || size < manyFeatures || settings.ridge < leastRidge) return null;
  const lambda = penaltiesOf(moments, settings);
  const means = settings.hasShift ? meansOf(moments, lambda) : new Float64Array(size);
  const { values, scale } = centred(moments, lambda, means);
  const matrix = tf.tensor2d(values, [size, size]);
  const inverse = await inverseByHalves(matrix);
  if (inverse !== null && (await residualOf(matrix, inverse)) < mostResidual)
    return { matrix, inverse, scale, means, lambda };
  matrix.dispose();
  inverse?.dispose();
  return null;
}

function meansOf({ sums, rows, size }: SecondMoments, lambda: Float64Array): Float64Array {
  const constants = sums.subarray((size - 1) * size, size * size); // Σ x of every feature
  const square = (constants[size - 1] as number) / rows + (lambda[size - 1] as number);
  return Float64Array.from(constants, (sum, i) => (i === size - 1 ? 0 : sum / rows / square));
}

/** S scaled to a unit diagonal, `[size, size]`, and the scale. */
function centred(
  { sums, rows, size }: SecondMoments,
  lambda: Float64Array,
  means: Float64Array,
): { readonly values: Float32Array; readonly scale: Float64Array } {
  const last = size - 1;
  const at = (i: number, j: number): number => {
    const isApart = means[i] !== 0 && j === last;
    const centredSum =
      (sums[i * size + j] as number) - (means[i] as number) * (sums[last * size + j] as number);
    return (isApart ? 0 : centredSum) / rows + (i === j ? (lambda[i] as number) : 0);
  };
  const scale = lambda.map((_, i) => 1 / Math.sqrt(at(i, i)));
  const values = new Float32Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const value = at(j, i) * (scale[i] as number) * (scale[j] as number);
      values[i * size + j] = value;
      values[j * size + i] = value;
    }
  return { values, scale };
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
