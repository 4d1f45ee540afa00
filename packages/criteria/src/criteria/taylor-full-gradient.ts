/**
 * Taylor FO with full gradients (FG, Molchanov et al., CVPR 2019, arXiv 1906.10771): I = mean_n (∂E_n/∂z)², squared for each
 * example, so that examples do not cancel. E_n is the example's own loss, so the score does not depend on the batch size.
 * It is the diagonal of the gates' empirical Fisher matrix.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { perExampleGates } from "../observations/per-example-gates.ts";

/** For a minibatch of one example it equals "taylor-gate". */
export function taylorFullGradient(): Criterion {
  return defineCriterion({
    name: "taylor-fg",
    observes: [perExampleGates()],
    score: (group) => tf.mean(tf.square(group.gateGradientPerExample), 0),
  });
}
