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
  const comparison = compareOutputs(original, minibatches);
  try {
    return await comparison.errorOf(other);
  } finally {
    comparison.dispose();
  }
}

/** `outputError` of several models; the original runs once. */
export interface OutputComparison {
  readonly errorOf: (model: tfl.LayersModel) => Promise<number>;
  readonly dispose: () => void;
}

export function compareOutputs(
  original: tfl.LayersModel,
  minibatches: readonly (readonly tf.Tensor[])[],
): OutputComparison {
  const expected = tf.tidy(() => minibatches.map((inputs) => outputRows(original, inputs)));
  const errorOf = async (model: tfl.LayersModel): Promise<number> => {
    const difference = new Float64Array(1);
    let count = 0;
    for (const [i, rows] of expected.entries()) {
      count += rows.shape[0];
      await addInto(difference, () =>
        tf.sum(tf.squaredDifference(rows, outputRows(model, minibatches[i] ?? []))),
      );
    }
    const error =
      Number(difference[0]) / count / (await variance(expected.map((rows) => () => tf.clone(rows))));
    if (Number.isFinite(error)) return error;
    throw new CompensationError(`the outputs of "${original.name}" or of the smaller model are not finite`);
  };
  return { errorOf, dispose: () => void tf.dispose(expected) };
}

/** All outputs beside each other, `[batch, numbers]`. */
function outputRows(model: tfl.LayersModel, inputs: readonly tf.Tensor[]): tf.Tensor2D {
  const size = inputs[0]?.shape[0] ?? 0;
  return tf.tidy(() =>
    tf.concat(
      forward(model, [...inputs]).map((y) => tf.reshape(y, [size, -1]) as tf.Tensor2D),
      1,
    ),
  );
}
