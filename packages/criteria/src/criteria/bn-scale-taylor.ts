/**
 * Taylor FO on the scale of batch normalisation alone: I = (γ · ∂E/∂γ)² (Molchanov et al., CVPR 2019, arXiv 1906.10771). The
 * gate is γ · ∂γ + β · ∂β.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { gradients } from "../observations/gradients.ts";

/** Several batch normalisations of one unit add up before the square. Not applicable where there is none. */
export function bnScaleTaylor(): Criterion {
  return defineCriterion({
    name: "bn-scale-taylor",
    observes: [gradients()],
    score: (group) => tf.square(group.sum(["gamma"], ({ value, gradient }) => tf.mul(value, gradient))),
  });
}
