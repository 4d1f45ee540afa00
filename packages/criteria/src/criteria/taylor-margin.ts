/**
 * Taylor on margins: the expansion is of the logits, not of the loss. (Ours.) A trained network's loss is far from linear in
 * a gate, its logits nearly are. With the margins m_c = logit_c - logit_y and their slopes d_c = ∂m_c/∂z,
 * `E_n(0) - E_n(1) ≈ log (p_y + Σ_{c≠y} p_c exp(-d_c))`: exact in the softmax, first order in the network. Its first two
 * derivatives at d = 0 are those of "taylor-gate" and "obd". Classes that are not followed are held constant.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { type Margins, type MarginsOptions, margins } from "../observations/margins.ts";

/**
 * An estimate of the change of the loss itself, mean_n ΔE_n, not its square: negative where the network seems better off
 * without the unit. Meant for mode "eval".
 *
 * @param options - `topK`: default 2, which already holds almost all of the loss.
 */
export function taylorMargin({ topK = 2 }: MarginsOptions = {}): Criterion {
  return defineCriterion({
    name: "taylor-margin",
    observes: [margins({ topK })],
    score: (group) => tf.mean(changeOfLoss(group.margins), 0),
  });
}

/** log(kept + Σ p exp(-d)), `[batch, units]`. */
function changeOfLoss({ logKept, logProbabilities, slopes }: Margins): tf.Tensor2D {
  const logP = tf.expandDims(logProbabilities, 2); // [topK, batch, 1]
  const grown = tf.sum(tf.mul(tf.exp(logP), tf.expm1(tf.neg(slopes))), 0); // Σ p (exp(-d) - 1)
  const moved = tf.logSumExp(tf.sub(logP, slopes), 0);
  const kept = tf.expandDims(logKept, 1);
  const largest = tf.maximum(moved, kept);
  const far = tf.add(largest, tf.log(tf.add(tf.exp(tf.sub(moved, largest)), tf.exp(tf.sub(kept, largest)))));
  // Small changes by log1p, which loses no digits; large ones by logarithms, as exp(88) overflows float32.
  const isSmall = tf.logicalAnd(tf.greater(grown, -0.5), tf.less(grown, 1000));
  return tf.where(isSmall, log1p(grown), far) as tf.Tensor2D;
}

/** tfjs's wasm kernel computes log(1 + x), which is 0 for small x; this corrects the rounding of 1 + x. */
function log1p(x: tf.Tensor): tf.Tensor {
  const rounded = tf.add(x, 1);
  return tf.where(tf.equal(rounded, 1), x, tf.div(tf.mul(x, tf.log(rounded)), tf.sub(rounded, 1)));
}
