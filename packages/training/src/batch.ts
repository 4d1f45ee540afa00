/** A minibatch. Whoever is given one disposes it. */
import type * as tf from "@tensorflow/tfjs-core";

export interface Batch {
  /** `[batch, ...the model's input shape]`, float32. */
  readonly xs: tf.Tensor;
  /** Classes `[batch]`, int32; or probabilities `[batch, classes]`, float32. */
  readonly ys: tf.Tensor;
}

export type Batches = Iterable<Batch> | AsyncIterable<Batch>;
