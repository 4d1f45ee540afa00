/**
 * Taylor on margins, our own criterion: expands the logits instead of the loss, because the logits of a trained network are
 * closer to linear in a gate. With the margins m_c = logit_c - logit_y and their slopes d_c = ∂m_c/∂z,
 * `E_n(0) - E_n(1) ≈ log (p_y + Σ_{c≠y} p_c exp(-d_c))`, with d_c = 0 for classes outside the top k. Its first and
 * second derivatives at d = 0 are those that "taylor-gate" and "obd" use.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { type Margins, type MarginsOptions, margins } from "../observations/margins.ts";

/**
 * Estimates the signed change of the loss, mean_n ΔE_n: negative for units whose removal lowers the loss. Intended for mode
 * "eval".
 *
 * @param options - `topK`: default 2, which accounts for almost all of the loss.
 */
export function taylorMargin({ topK = 2 }: MarginsOptions = {}): Criterion {
  return defineCriterion({
    name: "taylor-margin",
    observes: [margins({ topK })],
    score: (group) => tf.mean(changeOfLoss(group.margins), 0),
  });
}

/** log(rest + Σ p exp(-d)), `[batch, units]`. */
function changeOfLoss({ logRest, logProbabilities, slopes }: Margins): tf.Tensor2D {
  const logP = tf.expandDims(logProbabilities, 2); // [topK, batch, 1]
  const growth = tf.sum(tf.mul(tf.exp(logP), tf.expm1(tf.neg(slopes))), 0); // Σ p (exp(-d) - 1)
  const moved = tf.logSumExp(tf.sub(logP, slopes), 0);
  const rest = tf.expandDims(logRest, 1);
  const largest = tf.maximum(moved, rest);
  const logSum = tf.add(
    largest,
    tf.log(tf.add(tf.exp(tf.sub(moved, largest)), tf.exp(tf.sub(rest, largest)))),
  );
  // log1p is accurate for small changes; the sum of logarithms does not overflow for large ones.
  const isSmall = tf.logicalAnd(tf.greater(growth, -0.5), tf.less(growth, 1000));
  return tf.where(isSmall, log1p(growth), logSum) as tf.Tensor2D;
}

/** log(1 + x) that corrects the rounding of 1 + x. (tfjs's wasm kernel for log1p returns 0 for small x.) */
function log1p(x: tf.Tensor): tf.Tensor {
  const rounded = tf.add(x, 1);
  return tf.where(tf.equal(rounded, 1), x, tf.div(tf.mul(x, tf.log(rounded)), tf.sub(rounded, 1)));
}
