/**
 * Taylor SO: I_S = (g·w - ½ w·(H W))², the second-order expansion of the loss without the unit (Molchanov et al., CVPR 2019,
 * arXiv 1906.10771, eq. 4), with the Hessian H of all weights W. w are the weights that consume the unit, so it equals
 * "taylor-gate" if H W is 0.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { gradients } from "../observations/gradients.ts";
import { hessianProducts } from "../observations/hessian-products.ts";

/** E is the mean loss of the minibatch, so the score depends on the batch size. Costs two more gradients. */
export function taylorSecondOrder(): Criterion {
  return defineCriterion({
    name: "taylor-so",
    observes: [gradients(), hessianProducts()],
    score: (group) =>
      tf.square(
        group.sum(["input", "recurrent"], ({ value, gradient, hessianProduct }) =>
          tf.mul(value, tf.sub(gradient, tf.mul(hessianProduct, 0.5))),
        ),
      ),
  });
}
