/** How far the outputs of two models differ. */
import { forward } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { CompensationError } from "./errors.ts";

/**
 * Squared difference relative to the variance of the original's outputs, over all outputs; before a final softmax or sigmoid.
 *
 * @param minibatches - The models' inputs, one list per minibatch. They are not disposed.
 *
 * @throws CompensationError for outputs that are not finite.
 */
export async function outputError(
  original: tfl.LayersModel,
  other: tfl.LayersModel,
  minibatches: readonly (readonly tf.Tensor[])[],
): Promise<number> {
  let [difference, variance] = [0, 0];
  for (const inputs of minibatches) {
    const sums = tf.tidy(() => {
      const expected = forward(original, [...inputs]);
      const actual = forward(other, [...inputs]);
      const squares = expected.map((y, i) => tf.sum(tf.squaredDifference(y, actual[i] ?? y)));
      const spread = expected.map((y) => tf.sum(tf.squaredDifference(y, tf.mean(y, 0))));
      return tf.stack([tf.addN(squares), tf.addN(spread)]);
    });
    const [squares = 0, spread = 0] = await sums.data();
    sums.dispose();
    difference += squares;
    variance += spread;
  }
  const error = difference / Math.max(variance, 1e-30);
  if (Number.isFinite(error)) return error;
  throw new CompensationError(`the outputs of "${original.name}" or of the smaller model are not finite`);
}
