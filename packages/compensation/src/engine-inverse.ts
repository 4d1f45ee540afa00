/**
 * The inverse of a large symmetric positive definite matrix, in single precision on the engine. By halves: with
 * T = A₁₁⁻¹ A₁₂ and S = A₂₂ - A₂₁ T, `A⁻¹ = [[A₁₁⁻¹ + T S⁻¹ Tᵀ, -T S⁻¹], [-S⁻¹ Tᵀ, S⁻¹]]` (Banachiewicz 1937). Nearly all of the
 * time is products of matrices.
 */
import * as tf from "@tensorflow/tfjs-core";
import { factorize } from "./cholesky.ts";
import { inverseOf } from "./elimination.ts";

/** Matrices of at most this size are inverted in double precision. */
const smallSize = 256;

/**
 * @param matrix - `[size, size]`; it is not disposed.
 * @returns A⁻¹, which the caller disposes; null if a part is not positive definite in single precision.
 */
export async function inverseByHalves(matrix: tf.Tensor2D): Promise<tf.Tensor2D | null> {
  const [size] = matrix.shape;
  if (size <= smallSize) return smallInverse(matrix);
  const half = Math.ceil(size / 2);
  const a11 = tf.slice(matrix, [0, 0], [half, half]);
  const i11 = await inverseByHalves(a11);
  a11.dispose();
  if (i11 === null) return null;
  const { t, s } = tf.tidy(() => eliminated(matrix, i11));
  const i22 = await inverseByHalves(s);
  s.dispose();
  const inverse = i22 === null ? null : tf.tidy(() => joined(i11, t, i22));
  tf.dispose([i11, t]);
  i22?.dispose();
  return inverse;
}

/** T and S, from A₁₁⁻¹. */
function eliminated(
  matrix: tf.Tensor2D,
  i11: tf.Tensor2D,
): { readonly t: tf.Tensor2D; readonly s: tf.Tensor2D } {
  const [half] = i11.shape;
  const rest = matrix.shape[0] - half;
  const a12 = tf.slice(matrix, [0, half], [half, rest]);
  const a22 = tf.slice(matrix, [half, half], [rest, rest]);
  const t: tf.Tensor2D = tf.matMul(i11, a12);
  return { t, s: tf.sub(a22, tf.matMul(a12, t, true)) };
}

/** The inverse from A₁₁⁻¹, T and S⁻¹. */
function joined(i11: tf.Tensor2D, t: tf.Tensor2D, i22: tf.Tensor2D): tf.Tensor2D {
  const u: tf.Tensor2D = tf.matMul(t, i22);
  const corner: tf.Tensor2D = tf.neg(u);
  const first: tf.Tensor2D = tf.add(i11, tf.matMul(u, t, false, true));
  return tf.concat2d([tf.concat2d([first, corner], 1), tf.concat2d([tf.transpose(corner), i22], 1)], 0);
}

async function smallInverse(matrix: tf.Tensor2D): Promise<tf.Tensor2D | null> {
  const [size] = matrix.shape;
  const values = Float64Array.from(await matrix.data());
  if (!factorize(values, size)) return null;
  return tf.tensor2d(Float32Array.from(inverseOf(values, size)), [size, size]);
}
