/** Whether the class of an example is among the k most probable ones: top-k accuracy. */
import * as tf from "@tensorflow/tfjs-core";

/**
 * Of two equal logits the first is the more probable, as in `argMax`; so k = 1 is the accuracy. A class whose logit is NaN is
 * never among the k.
 *
 * @param logits - `[rows, classes]`
 * @param labels - `[rows]`, whole numbers.
 * @returns Booleans, `[rows]`.
 */
export function inTopK(logits: tf.Tensor2D, labels: tf.Tensor, k: number): tf.Tensor1D {
  const classes = logits.shape[1];
  const indices = tf.reshape(tf.range(0, classes, 1, "int32"), [1, classes]);
  const label = tf.reshape(tf.cast(labels, "int32"), [-1, 1]);
  const own = tf.sum(tf.where(tf.equal(indices, label), logits, 0), 1, true);
  const isEqualAndNotBefore = tf.logicalAnd(tf.equal(logits, own), tf.greaterEqual(indices, label));
  const isNotMoreProbable = tf.logicalOr(tf.less(logits, own), isEqualAndNotBefore); // [rows, classes]
  return tf.greater(tf.sum(tf.cast(isNotMoreProbable, "float32"), 1), classes - k);
}
