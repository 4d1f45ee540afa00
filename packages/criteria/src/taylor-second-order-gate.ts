/**
 * Taylor SO on gates, diagonal only: I = (-∂E/∂z + ½ ∂²E/∂z²)², the second-order expansion of the loss along the unit's
 * own gate, from 1 to 0 (the meaning that second order has in the authors' code for Molchanov et al., CVPR 2019).
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";
import { gateCurvature } from "./gate-curvature.ts";

/** Of the minibatch's mean loss. The curvature is exact where `gate-curvature.ts` says so. */
export const taylorSecondOrderGate = (): Criterion =>
  defineCriterion({
    name: "taylor-so-gate",
    observes: "margins",
    competitors: Number.POSITIVE_INFINITY,
    score: (group) => {
      const curvature: tf.Tensor1D = tf.mean(gateCurvature(group.margins), 0);
      return tf.square(tf.sub(tf.mul(curvature, 0.5), group.gateGradient));
    },
  });
