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
import { type Criterion, defineCriterion } from "./criterion.ts";

/** exp(88) is too much for float32. Beyond this, the loss grows as the largest margin does. */
const mostRise = 60;

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
    score: ({ margins: { probabilities, slopes } }) => {
      const count = Math.min(competitors, slopes.shape[0]);
      const d = tf.slice(slopes, 0, count);
      const p = tf.expandDims(tf.slice(probabilities, [1, 0], [count, -1]), 2); // [competitors, batch, 1]
      const rise = tf.minimum(tf.neg(d), mostRise);
      const grown = tf.sum(tf.mul(p, tf.expm1(rise)), 0); // Σ p (exp(-d) - 1), [batch, units]
      const beyond = tf.max(tf.sub(tf.neg(d), rise), 0);
      return tf.mean(tf.add<tf.Tensor2D>(tf.log1p(grown), beyond), 0);
    },
  });
