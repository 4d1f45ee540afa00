/**
 * Taylor FO on batch normalisation's scale alone: I = (γ · ∂E/∂γ)² (Molchanov et al., CVPR 2019, arXiv 1906.10771,
 * compared there with the gate, which is γ · ∂γ + β · ∂β).
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";

/** Several batch normalisations of one unit add up before the square. Not applicable where there is none. */
export const bnScaleTaylor = (): Criterion =>
  defineCriterion({
    name: "bn-scale-taylor",
    observes: "gradients",
    score: (group) => tf.square(group.sum(["gamma"], ({ value, gradient }) => tf.mul(value, gradient))),
  });
