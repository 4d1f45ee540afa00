/**
 * The second derivative of an example's loss with respect to a gate, from the slopes d_c of its margins:
 * ∂²E/∂z² = Var_{c~p}(d_c) = Σ p_c d_c² - (Σ p_c d_c)², where p is the prediction and d is 0 for the example's own class.
 *
 * That is the Gauss-Newton part. What it leaves out, `Σ (p_c - y_c) ∂²logit_c/∂z²`, is 0 where logits are piecewise
 * linear in one gate: networks of ReLU, max and average pooling, with batch normalisation by moving statistics (mode
 * "eval"). There it is exact. With fewer competitors than wrong classes it leaves out the unlikeliest.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { ObservedMargins } from "./criterion.ts";

/** `[batch, units]` */
export function gateCurvature({ probabilities, slopes }: ObservedMargins): tf.Tensor2D {
  const p = tf.expandDims(tf.slice(probabilities, [1, 0]), 2); // [competitors, batch, 1]
  const weighted = tf.mul(p, slopes);
  return tf.sub(tf.sum(tf.mul(weighted, slopes), 0), tf.square(tf.sum(weighted, 0)));
}
