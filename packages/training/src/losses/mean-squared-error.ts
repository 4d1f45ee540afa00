/**
 * Mean squared error, `(y - t)²` averaged over the n outputs of an example: for regression and reconstruction. It is the
 * negative log-likelihood of a normal distribution with mean y and variance n/2.
 */
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
    // A random sign has the same mean and variance as the normal distribution, and the least spread of its squares.
    sample: (output, seed) =>
      tf.tidy(() => {
        const count = output.size / Number(output.shape[0]);
        const noise = tf.randomUniform(output.shape, -1, 1, "float32", seed);
        return tf.add(output, tf.where(tf.less(noise, 0), -Math.sqrt(count / 2), Math.sqrt(count / 2)));
      }),
    perExample: (output, target) =>
      meanPerExample(tf.square(tf.sub(output, tf.reshape(target, output.shape)))),
  };
}
