/**
 * Put the groups of a network on one scale. The paper's criteria need none of it: their scores are changes of one loss,
 * comparable over layers. Magnitudes and activations are not.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";

/** From the scores of a group to others, `[units]` both. */
export type Normalizer = (scores: tf.Tensor1D) => tf.Tensor1D;

/** Squares sum up to 1; zeros stay. */
export const byL2Norm: Normalizer = (scores) => tf.divNoNan(scores, tf.norm(scores));

/** The mean of the sizes is 1; zeros and signs stay. */
export const byMean: Normalizer = (scores) => tf.divNoNan(scores, tf.mean(tf.abs(scores)));

/** The largest size is 1; zeros and signs stay. */
export const byMax: Normalizer = (scores) => tf.divNoNan(scores, tf.max(tf.abs(scores)));

/**
 * The same criterion with every group's scores normalised, minibatch by minibatch.
 *
 * @example const relative = normalized(criteria.l2(), byMean, "l2-relative");
 */
export const normalized = (criterion: Criterion, by: Normalizer, name: string): Criterion =>
  defineCriterion({ ...criterion, name, score: (group) => by(criterion.score(group)) });
