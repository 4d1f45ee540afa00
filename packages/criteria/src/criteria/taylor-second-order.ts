/**
 * Taylor SO: I_S = (g·w - ½ w·(H W))², the second-order expansion of the loss without the unit (Molchanov et al., CVPR 2019,
 * arXiv 1906.10771, eq. 4), H the Hessian of all weights W. The unit's weights are those that consume it, as for the gate, so
 * that it equals "taylor-gate" where H W is 0.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { gradients } from "../observations/gradients.ts";
import { hessianProducts } from "../observations/hessian-products.ts";

/** Of the minibatch's mean loss, so the score depends on the batch size. Costs two more gradients. */
export function taylorSecondOrder(): Criterion {
  return defineCriterion({
    name: "taylor-so",
    observes: [gradients(), hessianProducts()],
    score: (group) =>
      tf.square(
        group.sum(["input"], ({ value, gradient, hessianProduct }) =>
          tf.mul(value, tf.sub(gradient, tf.mul(hessianProduct, 0.5))),
        ),
      ),
  });
}
