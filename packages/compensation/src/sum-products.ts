/** Products summed over minibatches in double precision. */
import * as tf from "@tensorflow/tfjs-core";

/** `aᵀ b`, `[groups, a's columns, b's columns]`. @param a - `[groups, rows, columns]` */
export function product(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor {
  return tf.matMul(a, b, true);
}

/** Adds a tensor's numbers to a running total. */
export async function addInto(total: Float64Array, compute: () => tf.Tensor): Promise<void> {
  const tensor = tf.tidy(compute);
  const values = await tensor.data();
  tensor.dispose();
  for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + (values[i] as number);
}

/** Below this share of the mean square, a variance in single precision is rounding error. */
const negligible = 1e-6;

/**
 * The variance over all rows of all minibatches, summed over columns; the mean square where nothing varies, as in a single
 * row; at least 1e-30.
 *
 * @param minibatches - Compute `[rows, columns]` each.
 */
export async function variance(minibatches: readonly (() => tf.Tensor2D)[]): Promise<number> {
  let count = 0;
  let squares = 0;
  let sums = new Float64Array();
  for (const compute of minibatches) {
    const moments = tf.tidy(() => {
      const rows = compute();
      count += rows.shape[0];
      return tf.stack([tf.sum(rows, 0), tf.sum(tf.square(rows), 0)]);
    });
    const columns = Number(moments.shape[1]);
    if (sums.length === 0) sums = new Float64Array(columns);
    const values = await moments.data();
    moments.dispose();
    for (let i = 0; i < columns; i++) {
      sums[i] = (sums[i] as number) + (values[i] as number);
      squares += values[columns + i] as number;
    }
  }
  const ofMeans = sums.reduce((total, sum) => total + (sum / count) ** 2, 0);
  const meanSquare = squares / count;
  const spread = meanSquare - ofMeans;
  return Math.max(spread > negligible * meanSquare ? spread : meanSquare, 1e-30);
}
