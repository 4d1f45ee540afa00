/**
 * Normalises scores within each group. The paper's criteria do not need it: their scores are changes of one loss, comparable
 * over layers. Magnitudes and activations are not.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Criterion } from "../criterion.ts";

/** From the scores of a group to normalised ones, `[units]` both. */
export type Normalizer = (scores: tf.Tensor1D) => tf.Tensor1D;

/** The squares sum to 1; zeros stay. */
export const byL2Norm: Normalizer = (scores) => tf.divNoNan(scores, tf.norm(scores));

/** The mean absolute value is 1; zeros and signs stay. */
export const byMean: Normalizer = (scores) => tf.divNoNan(scores, tf.mean(tf.abs(scores)));

/** The largest absolute value is 1; zeros and signs stay. */
export const byMax: Normalizer = (scores) => tf.divNoNan(scores, tf.max(tf.abs(scores)));

/**
 * The same criterion with every group's scores normalised, minibatch by minibatch.
 *
 * @example const relative = normalized(criteria.l2(), byMean, "l2-relative");
 */
export function normalized(criterion: Criterion, by: Normalizer, name: string): Criterion {
  return { ...criterion, name, score: (group) => by(criterion.score(group)) };
}
