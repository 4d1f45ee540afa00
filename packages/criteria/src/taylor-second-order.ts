/**
 * Taylor SO: I_S = (g·w - ½ w·(H W))², the second-order expansion of the loss without the unit (Molchanov et al.,
 * CVPR 2019, arXiv 1906.10771, eq. 4), H the Hessian of all weights W, of which the unit's rows are taken. The products
 * H W for all units together are one Hessian-vector product by central differences, two more gradients.
 *
 * The unit's weights are those that consume it, as for the gate: so it becomes "taylor-gate" where H W is 0.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";

/** Of the minibatch's mean loss; it depends on the batch size. Twice a train step's gradients more. */
export const taylorSecondOrder = (): Criterion =>
  defineCriterion({
    name: "taylor-so",
    observes: "hessian",
    score: (group) =>
      tf.square(
        group.sum(["input"], ({ value, gradient, hessianProduct }) =>
          tf.mul(value, tf.sub(gradient, tf.mul(hessianProduct, 0.5))),
        ),
      ),
  });
