/**
 * Taylor on margins: the expansion is taken of the logits, not of the loss. (Ours.)
 *
 * A trained network's loss is far from linear in a gate: for most examples it is almost 0, flat, and removing a unit
 * climbs the exponential of the softmax, which no first or second derivative at z = 1 tells of. The logits, however, are
 * nearly linear in one gate. With the margins m_c = logit_c - logit_y and their slopes d_c = ∂m_c/∂z,
 *
 *     E_n(z) = log Σ_c exp(m_c(z)),   m_c(0) ≈ m_c - d_c
 *     E_n(0) - E_n(1) ≈ log (p_y + Σ_{c≠y} p_c exp(-d_c))
 *
 * so the change of the loss is exact in the softmax and first order in the network. Its first two derivatives at d = 0
 * are those of "taylor-gate" and "obd". Only the strongest wrong classes have a p_c that matters: k of them take k passes
 * back, the rest is held constant, whatever the number of classes.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion, type ObservedMargins } from "./criterion.ts";

export interface TaylorMarginOptions {
  /** k: the strongest wrong classes that are followed. Default 2. */
  readonly competitors?: number;
}

/**
 * An estimate of the loss's change itself, mean_n ΔE_n, not its square: below 0 where the network seems better off without
 * the unit. Meant for mode "eval".
 */
export const taylorMargin = ({ competitors = 2 }: TaylorMarginOptions = {}): Criterion =>
  defineCriterion({
    name: "taylor-margin",
    observes: "margins",
    competitors,
    score: ({ margins }) => tf.mean(changeOfLoss(margins), 0),
  });

/** log(kept + Σ p exp(-d)), `[batch, units]`. */
function changeOfLoss({ logKept, logProbabilities, slopes }: ObservedMargins): tf.Tensor2D {
  const logP = tf.expandDims(logProbabilities, 2); // [competitors, batch, 1]
  const grown = tf.sum(tf.mul(tf.exp(logP), tf.expm1(tf.neg(slopes))), 0); // Σ p (exp(-d) - 1)
  const moved = tf.logSumExp(tf.sub(logP, slopes), 0);
  const kept = tf.expandDims(logKept, 1);
  const largest = tf.maximum(moved, kept);
  const far = tf.add(largest, tf.log(tf.add(tf.exp(tf.sub(moved, largest)), tf.exp(tf.sub(kept, largest)))));
  // Small changes by log1p, which loses no digits; large ones by their logarithms, as exp(88) is too much for float32.
  const isSmall = tf.logicalAnd(tf.greater(grown, -0.5), tf.less(grown, 1000));
  return tf.where(isSmall, log1p(grown), far) as tf.Tensor2D;
}

/** tfjs's wasm kernel computes log(1 + x), which is 0 for small x. This makes up for the rounding of 1 + x. */
function log1p(x: tf.Tensor): tf.Tensor {
  const rounded = tf.add(x, 1);
  return tf.where(tf.equal(rounded, 1), x, tf.div(tf.mul(x, tf.log(rounded)), tf.sub(rounded, 1)));
}
