/** How many rows a layer's regression has. */

/** Rows for each coefficient of an output channel, and at least. */
const rowsPerCoefficient = 64;
const fewestRows = 2 ** 14;

/**
 * Output positions per example.
 *
 * @param coefficients - Of one output channel.
 * @param examples - The number of examples of each minibatch.
 */
export function positionsPerExample(coefficients: number, examples: readonly number[]): number {
  const count = examples.reduce((a, b) => a + b, 0);
  return Math.ceil(Math.max(fewestRows, rowsPerCoefficient * coefficients) / count);
}
