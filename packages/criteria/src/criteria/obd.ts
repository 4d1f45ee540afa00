/**
 * Optimal brain damage on gates (LeCun, Denker and Solla, NIPS 1989; "OBD" in Molchanov et al., CVPR 2019, arXiv 1906.10771):
 * the second derivative ∂²L/∂z² of each gate. Three estimates: from the margins of every example (see `gate-curvature.ts`);
 * Hutchinson's v ⊙ H v, unbiased and noisy; and the Fisher diagonal with labels sampled from the prediction.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { drawnLabelGates } from "../observations/drawn-label-gates.ts";
import { gateCurvatureEstimate } from "../observations/gate-curvature-estimate.ts";
import { type MarginsOptions, margins } from "../observations/margins.ts";
import { gateCurvature } from "./gate-curvature.ts";

/** mean_n ∂²E_n/∂z², never negative. */
export function obd(options: MarginsOptions = {}): Criterion {
  return defineCriterion({
    name: "obd",
    observes: [margins(options)],
    score: (group) => tf.mean(gateCurvature(group.margins), 0),
  });
}

/** One random direction per minibatch, so use many minibatches. Scores may be negative. */
export function obdHutchinson(): Criterion {
  return defineCriterion({
    name: "obd-hutchinson",
    observes: [gateCurvatureEstimate()],
    score: (group) => group.gateCurvatureEstimate,
  });
}

/** mean_n (∂E_n/∂z)² with one sampled label per example. */
export function obdFisher(): Criterion {
  return defineCriterion({
    name: "obd-fisher",
    observes: [drawnLabelGates()],
    score: (group) => tf.mean(tf.square(group.gateGradientPerDrawnLabel), 0),
  });
}
