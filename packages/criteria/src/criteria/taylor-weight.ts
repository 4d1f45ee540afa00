/** Taylor FO on weights, sum form: I_S = Σ_{s∈S} (g_s w_s)² (Molchanov et al., CVPR 2019, arXiv 1906.10771, eq. 8). */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { gradients } from "../observations/gradients.ts";

/** S are the weights that produce the unit, without the bias, as in the authors' code. */
export function taylorWeight(): Criterion {
  return defineCriterion({
    name: "taylor-weight",
    observes: [gradients()],
    score: (group) => group.sum(["kernel"], ({ value, gradient }) => tf.square(tf.mul(value, gradient))),
  });
}
