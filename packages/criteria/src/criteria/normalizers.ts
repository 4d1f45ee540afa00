/**
 * Normalises scores within each group. Scores that estimate a change of the loss are comparable between layers without it;
 * magnitudes and activations are not.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Criterion } from "../criterion.ts";

/** From the scores of a group, `[units]`, to normalised scores, `[units]`. */
export type Normalizer = (scores: tf.Tensor1D) => tf.Tensor1D;

/** The squares sum to 1; zeros stay zero. */
export function byL2Norm(scores: tf.Tensor1D): tf.Tensor1D {
  return tf.divNoNan(scores, tf.norm(scores));
}

/** The mean absolute value is 1; zeros and signs do not change. */
export function byMean(scores: tf.Tensor1D): tf.Tensor1D {
  return tf.divNoNan(scores, tf.mean(tf.abs(scores)));
}

/** The largest absolute value is 1; zeros and signs do not change. */
export function byMax(scores: tf.Tensor1D): tf.Tensor1D {
  return tf.divNoNan(scores, tf.max(tf.abs(scores)));
}

/**
 * A criterion whose scores are normalised within each group, for every minibatch.
 *
 * @example const relative = normalized(criteria.l2(), byMean, "l2-relative");
 */
export function normalized(criterion: Criterion, by: Normalizer, name: string): Criterion {
  return { ...criterion, name, score: (group) => by(criterion.score(group)) };
}
