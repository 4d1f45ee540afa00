/**
 * Taylor FO on a gate: I = (∂E/∂z)², z = 1 multiplying the unit (Molchanov et al., CVPR 2019, arXiv 1906.10771,
 * section 3.3; "Taylor-FO-BN" where the gate sits after batch normalisation). The paper's best method.
 *
 * No gate is inserted. Removing a unit silences the input slices of the weights that consume it, and the derivative of
 * that is `∂E/∂z = Σ w · ∂E/∂w` over those slices, from the gradients of an ordinary training step. For the unit's
 * producers it equals `γ · ∂γ + β · ∂β` after batch normalisation and `w · g_w + b · g_b` after a plain layer, as long
 * as what lies between is positively homogeneous (ReLU, leaky ReLU, pooling); several producers add up, as on a
 * residual stage. Read at the consumers it also holds where that fails: sigmoid, dense blocks, depthwise convolutions
 * with their own normalisation.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";

/** The squared derivative of the minibatch's mean loss; it depends on the batch size. */
export const taylorGate = (): Criterion =>
  defineCriterion({
    name: "taylor-gate",
    observes: "gradients",
    score: (group) => tf.square(group.gateGradient),
  });
