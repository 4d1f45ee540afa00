/** How far the outputs of two models differ. */
import { forward } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { CompensationError } from "./errors.ts";
import { addInto, variance } from "./sum-products.ts";

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
  const difference = new Float64Array(1);
  let count = 0;
  for (const inputs of minibatches) {
    count += inputs[0]?.shape[0] ?? 0;
    await addInto(difference, () => {
      const actual = forward(other, [...inputs]);
      const squares = forward(original, [...inputs]).map((y, i) =>
        tf.sum(tf.squaredDifference(y, actual[i] ?? y)),
      );
      return tf.addN(squares);
    });
  }
  const spread = await variance(
    minibatches.map((inputs) => () => {
      const size = inputs[0]?.shape[0] ?? 0;
      return tf.concat(
        forward(original, [...inputs]).map((y) => tf.reshape(y, [size, -1]) as tf.Tensor2D),
        1,
      );
    }),
  );
  const error = Number(difference[0]) / count / spread;
  if (Number.isFinite(error)) return error;
  throw new CompensationError(`the outputs of "${original.name}" or of the smaller model are not finite`);
}
