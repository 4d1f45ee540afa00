/** What a minibatch's labels ask of the model, and how many it has right. */
import * as tf from "@tensorflow/tfjs-core";

/** `[batch, classes]` probabilities from classes `[batch]` or from probabilities. */
export function targets(ys: tf.Tensor, classes: number, labelSmoothing = 0): tf.Tensor2D {
  // Cast afterwards: tfjs's wasm kernel writes whole numbers even where float32 is asked for.
  const exact = ys.rank === 2 ? ys : tf.cast(tf.oneHot(tf.cast(ys, "int32"), classes), "float32");
  return (
    labelSmoothing === 0 ? exact : tf.add(tf.mul(exact, 1 - labelSmoothing), labelSmoothing / classes)
  ) as tf.Tensor2D;
}

/** @param scores `[batch, classes]` @param ys classes `[batch]` or probabilities `[batch, classes]` */
export function countCorrect(scores: tf.Tensor2D, ys: tf.Tensor): tf.Scalar {
  return tf.tidy(() => {
    const classes = ys.rank === 2 ? tf.argMax(ys, 1) : tf.cast(ys, "int32");
    return tf.sum(tf.cast(tf.equal(tf.argMax(scores, 1), classes), "float32")) as tf.Scalar;
  });
}
