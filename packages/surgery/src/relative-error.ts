/** How far two tensors differ. */
import * as tf from "@tensorflow/tfjs-core";

/** The largest difference relative to the largest absolute value of `expected`, a scalar; NaN where a value is not finite. */
export function relativeError(expected: tf.Tensor, actual: tf.Tensor): tf.Tensor {
  const [a, b] = [expected, actual].map((each) => tf.cast(each, "float32")) as [tf.Tensor, tf.Tensor];
  const scale = tf.maximum(tf.max(tf.abs(a)), 1e-30);
  return tf.div(tf.max(tf.abs(tf.sub(b, a))), scale);
}
