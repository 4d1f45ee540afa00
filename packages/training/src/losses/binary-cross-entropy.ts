/**
 * Binary cross-entropy of a sigmoid, `softplus(z) - t z` for a logit z and a target t from 0 to 1, averaged over the outputs
 * of an example.
 */
import * as tf from "@tensorflow/tfjs-core";
import { checkSameShape, type Loss, meanPerExample } from "./loss.ts";

export interface BinaryCrossEntropyOptions {
  /** The model's output is logits, without a sigmoid. Default false. */
  readonly fromLogits?: boolean;
}

/**
 * Targets have the output's shape, values from 0 to 1.
 *
 * @example lossAndGradients(model, batch, { loss: binaryCrossEntropy() });
 */
export function binaryCrossEntropy({ fromLogits = false }: BinaryCrossEntropyOptions = {}): Loss {
  return {
    name: "binary-cross-entropy",
    key: JSON.stringify({ name: "binary-cross-entropy", fromLogits }),
    ...(fromLogits ? {} : { includes: "sigmoid" as const }),
    checkTarget: checkSameShape,
    perExample: (logits, target) => {
      const t = tf.cast(tf.reshape(target, logits.shape), "float32");
      return meanPerExample(tf.sub(tf.softplus(logits), tf.mul(logits, t)));
    },
    predict: (logits) => tf.cast(tf.greater(logits, 0), "float32"),
    sample: (logits, seed) =>
      tf.tidy(() => {
        const uniform = tf.randomUniform(logits.shape, 0, 1, "float32", seed);
        return tf.cast(tf.less(uniform, tf.sigmoid(logits)), "float32");
      }),
    countCorrect: (logits, target) =>
      tf.tidy(() => {
        const expected = tf.greater(tf.reshape(target, logits.shape), 0.5);
        const isCorrect = tf.cast(tf.equal(tf.greater(logits, 0), expected), "float32");
        return tf.sum(meanPerExample(isCorrect)) as tf.Scalar;
      }),
  };
}
