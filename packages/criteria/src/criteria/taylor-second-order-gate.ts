/**
 * Taylor SO on gates, diagonal only: I = (-∂L/∂z + ½ ∂²L/∂z²)², the second-order expansion of the loss in the unit's gate from
 * 1 to 0 (the second order of the authors' code for Molchanov et al., CVPR 2019).
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { type MarginsOptions, margins } from "../observations/margins.ts";
import { gateCurvature, gateSlope } from "./gate-curvature.ts";

/** L is the mean loss of the minibatch. See `gate-curvature.ts` for when the curvature is exact. */
export function taylorSecondOrderGate(options: MarginsOptions = {}): Criterion {
  return defineCriterion({
    name: "taylor-so-gate",
    observes: [margins(options)],
    score: (group) => {
      const { margins: observed } = group;
      const change = tf.sub(tf.mul(gateCurvature(observed), 0.5), gateSlope(observed)); // [batch, units]
      return tf.square(tf.mean<tf.Tensor1D>(change, 0));
    },
  });
}
