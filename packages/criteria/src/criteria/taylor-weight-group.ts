/**
 * Taylor FO on weights, group form: I_S = (Σ_{s∈S} g_s w_s)² (Molchanov et al., CVPR 2019, arXiv 1906.10771, eq. 7). If
 * batch normalisation by the minibatch's statistics (mode "train") follows the weights directly, the loss does not depend on
 * their scale and the sum is 0 for every unit: use "taylor-weight" or "taylor-gate" instead.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { gradients } from "../observations/gradients.ts";

/** S are the weights that produce the unit, and its bias. */
export function taylorWeightGroup(): Criterion {
  return defineCriterion({
    name: "taylor-weight-group",
    observes: [gradients()],
    score: (group) =>
      tf.square(group.sum(["kernel", "bias"], ({ value, gradient }) => tf.mul(value, gradient))),
    caveat: ({ normalized }) =>
      normalized
        ? 'batch normalisation follows its weights, so the loss does not depend on their scale: use "taylor-gate"'
        : null,
  });
}
