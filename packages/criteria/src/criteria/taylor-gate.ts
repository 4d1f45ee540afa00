/**
 * Taylor FO on a gate: I = (∂L/∂z)², where z = 1 multiplies the unit (Molchanov et al., CVPR 2019, arXiv 1906.10771, section
 * 3.3; "Taylor-FO-BN" after batch normalisation). No gate is inserted: ∂L/∂z = Σ w · ∂L/∂w over the weights that consume the
 * unit. Through ReLU and pooling it equals γ · ∂γ + β · ∂β after batch normalisation and w · g_w + b · g_b after a plain layer,
 * summed over the producers of a residual stage.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { gradients } from "../observations/gradients.ts";

/** E is the mean loss of the minibatch, so the score depends on the batch size. */
export function taylorGate(): Criterion {
  return defineCriterion({
    name: "taylor-gate",
    observes: [gradients()],
    score: (group) => tf.square(group.gateGradient),
  });
}
