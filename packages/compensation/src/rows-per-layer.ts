/** How many rows a layer's regression has. */
import type * as tf from "@tensorflow/tfjs-core";
import { countExamples } from "./samples.ts";

/** Rows for each coefficient of an output channel, and at least. */
const rowsPerCoefficient = 64;
const fewestRows = 2 ** 14;

/** Bytes of a layer's features, which are held for all minibatches. */
const largestFeatures = 2 ** 29;

/**
 * Output positions per example; fewer for a wide layer, whose features would not fit into 512 MiB.
 *
 * @param coefficients - Of one output channel.
 * @param minibatches - The model's inputs, one list per minibatch.
 */
export function positionsPerExample(
  coefficients: number,
  minibatches: readonly (readonly tf.Tensor[])[],
): number {
  const count = countExamples(minibatches);
  const rows = Math.max(fewestRows, rowsPerCoefficient * coefficients);
  const mostRows = largestFeatures / (4 * coefficients);
  return Math.max(1, Math.min(Math.ceil(rows / count), Math.floor(mostRows / count)));
}
