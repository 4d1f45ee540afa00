/**
 * Optimal brain damage on gates (LeCun, Denker and Solla, NIPS 1989; as "OBD" in Molchanov et al., CVPR 2019,
 * arXiv 1906.10771): the unit's own second derivative ∂²E/∂z². The saliency ½ ∂²E/∂z² z² differs by a constant, as z = 1.
 *
 * Three ways to it: the margins of every example, exact where `gate-curvature.ts` says so; Hutchinson's estimate
 * (v ⊙ H v for a random sign v of every gate, Bekas et al. 2007), unbiased on any network and noisy; and the Fisher
 * diagonal, squared gradients under labels drawn from the prediction, whose mean is the Gauss-Newton diagonal.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";
import { type CurvatureOptions, defaultCompetitors, gateCurvature } from "./gate-curvature.ts";

/** mean_n ∂²E_n/∂z², never negative. */
export const obd = ({ competitors = defaultCompetitors }: CurvatureOptions = {}): Criterion =>
  defineCriterion({
    name: "obd",
    observes: "margins",
    competitors,
    score: (group) => tf.mean(gateCurvature(group.margins), 0),
  });

/** One random direction a minibatch: average over many. Scores may be negative. */
export const obdHutchinson = (): Criterion =>
  defineCriterion({
    name: "obd-hutchinson",
    observes: "hutchinson",
    score: (group) => group.gateCurvatureEstimate,
  });

/** mean_n (∂E_n/∂z)² with one drawn label an example. */
export const obdFisher = (): Criterion =>
  defineCriterion({
    name: "obd-fisher",
    observes: "fisher",
    score: (group) => tf.mean(tf.square(group.gateGradientPerDrawnLabel), 0),
  });
