/**
 * Taylor on outputs (Molchanov et al., ICLR 2017, arXiv 1611.06440): for each example the absolute value of the mean over
 * positions of activation times gradient, averaged over examples and divided by the layer's L2 norm. As the mean over
 * positions is the gate's gradient over a constant that the norm takes out again: I = normalised mean_n |∂E_n/∂z|.
 *
 * The paper's equation takes the absolute value outside the mean over positions; so do we.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";
import { byL2Norm } from "./normalizers.ts";

/** The squares of a group's scores sum up to 1. */
export const taylorOutput = (): Criterion =>
  defineCriterion({
    name: "taylor-output",
    observes: "examples",
    score: (group) => byL2Norm(tf.mean(tf.abs(group.gateGradientPerExample), 0)),
  });
