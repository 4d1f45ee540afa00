/**
 * Taylor FO on the scale of batch normalisation: I = (γ · ∂L/∂γ)² (Molchanov et al., CVPR 2019, arXiv 1906.10771). It omits
 * the term β · ∂L/∂β of the gate's gradient.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { gradients } from "../observations/gradients.ts";

/** Sums over the batch normalisations of a unit before the square. Not applicable to units without one. */
export function bnScaleTaylor(): Criterion {
  return defineCriterion({
    name: "bn-scale-taylor",
    observes: [gradients()],
    score: (group) => tf.square(group.sum(["gamma"], ({ value, gradient }) => tf.mul(value, gradient))),
  });
}
