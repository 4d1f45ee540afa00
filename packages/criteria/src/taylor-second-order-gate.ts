/**
 * Taylor SO on gates, diagonal only: I = (-∂E/∂z + ½ ∂²E/∂z²)², the second-order expansion of the loss along the unit's
 * own gate, from 1 to 0 (the meaning that second order has in the authors' code for Molchanov et al., CVPR 2019).
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";
import { type CurvatureOptions, defaultCompetitors, gateCurvature, gateSlope } from "./gate-curvature.ts";

/** Of the minibatch's mean loss. The curvature is as exact as `gate-curvature.ts` says. */
export const taylorSecondOrderGate = ({
  competitors = defaultCompetitors,
}: CurvatureOptions = {}): Criterion =>
  defineCriterion({
    name: "taylor-so-gate",
    observes: "margins",
    competitors,
    score: ({ margins }) => {
      const change = tf.sub(tf.mul(gateCurvature(margins), 0.5), gateSlope(margins)); // [batch, units]
      return tf.square(tf.mean<tf.Tensor1D>(change, 0));
    },
  });
