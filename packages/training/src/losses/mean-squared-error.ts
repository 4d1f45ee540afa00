/** Mean squared error, `(y - t)²` averaged over the outputs of an example: for regression and reconstruction. */
import * as tf from "@tensorflow/tfjs-core";
import { checkSameShape, type Loss, meanPerExample } from "./loss.ts";

/**
 * Targets have the output's shape.
 *
 * @example lossAndGradients(model, batch, { loss: meanSquaredError() });
 */
export function meanSquaredError(): Loss {
  return {
    name: "mean-squared-error",
    key: JSON.stringify({ name: "mean-squared-error" }),
    checkTarget: checkSameShape,
    perExample: (output, target) =>
      meanPerExample(tf.square(tf.sub(output, tf.reshape(target, output.shape)))),
  };
}
