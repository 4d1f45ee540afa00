/**
 * Derivatives of an example's loss with respect to a gate, from the slopes d_c of its margins: ∂E_n/∂z = Σ p_c d_c and
 * ∂²E_n/∂z² = Var_{c~p}(d_c) = Σ p_c d_c² - (Σ p_c d_c)², with the prediction p, and d = 0 for the example's own class. The
 * second is the Gauss-Newton part. It is exact if the logits are piecewise linear in the gate (networks of ReLU and pooling in
 * mode "eval") and the top k are all wrong classes.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Margins } from "../observations/margins.ts";

/** ∂E_n/∂z, `[batch, units]`. */
export function gateSlope({ logProbabilities, slopes }: Margins): tf.Tensor2D {
  return tf.sum(tf.mul(perClass(tf.exp(logProbabilities)), slopes), 0);
}

/** ∂²E_n/∂z², `[batch, units]`, never negative: Σ p (d - mean)², with d = 0 for classes outside the top k. */
export function gateCurvature(margins: Margins): tf.Tensor2D {
  const { logRest, logProbabilities, slopes } = margins;
  const mean = gateSlope(margins);
  const topClasses = tf.mul(perClass(tf.exp(logProbabilities)), tf.square(tf.sub(slopes, mean)));
  const rest = tf.mul(tf.expandDims(tf.exp(logRest), 1), tf.square(mean));
  return tf.add(tf.sum(topClasses, 0), rest);
}

/** `[topK, batch]` to `[topK, batch, 1]`. */
const perClass = (values: tf.Tensor2D): tf.Tensor3D => tf.expandDims(values, 2);
