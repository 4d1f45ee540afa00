/** Products summed over minibatches in double precision. */
import * as tf from "@tensorflow/tfjs-core";

/** `aᵀ b`, `[groups, a's columns, b's columns]`. @param a - `[groups, rows, columns]` */
export function product(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor {
  const transposed = tf.transpose(a, [0, 2, 1]); // tfjs's wasm kernel is slow for transposed operands
  if (a.shape[0] > 1) return tf.matMul(transposed, b);
  const [, rows] = a.shape;
  return tf.matMul(
    tf.reshape(transposed, [-1, rows]) as tf.Tensor2D,
    tf.reshape(b, [rows, -1]) as tf.Tensor2D,
  );
}

/** Adds a tensor's numbers to a running total. */
export async function addInto(total: Float64Array, compute: () => tf.Tensor): Promise<void> {
  const tensor = tf.tidy(compute);
  const values = await tensor.data();
  tensor.dispose();
  for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + (values[i] as number);
}
