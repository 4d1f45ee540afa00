/**
 * Taylor FO with full gradients (FG, Molchanov et al., CVPR 2019, arXiv 1906.10771): I = mean_n (∂E_n/∂z)², the diagonal of the
 * gates' empirical Fisher matrix. E_n is the loss of one example, so gradients of different examples do not cancel, and the
 * score does not depend on the batch size.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { perExampleGates } from "../observations/per-example-gates.ts";

/** Equals "taylor-gate" for minibatches of one example. */
export function taylorFullGradient(): Criterion {
  return defineCriterion({
    name: "taylor-fg",
    observes: [perExampleGates()],
    score: (group) => tf.mean(tf.square(group.gateGradientPerExample), 0),
  });
}
