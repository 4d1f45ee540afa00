/** How many rows a layer's regression has. */
import type * as tf from "@tensorflow/tfjs-core";

/** Rows for each coefficient of an output channel, and at least. */
const rowsPerCoefficient = 64;
const fewestRows = 2 ** 14;

/**
 * Output positions per example.
 *
 * @param coefficients - Of one output channel.
 * @param minibatches - The model's inputs, one list per minibatch.
 */
export function positionsPerExample(
  coefficients: number,
  minibatches: readonly (readonly tf.Tensor[])[],
): number {
  const count = minibatches.reduce((n, [first]) => n + (first?.shape[0] ?? 0), 0);
  return Math.ceil(Math.max(fewestRows, rowsPerCoefficient * coefficients) / count);
}
