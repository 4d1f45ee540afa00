/**
 * Taylor FO with full gradients (FG, Molchanov et al., CVPR 2019, arXiv 1906.10771): the square is taken for each example
 * apart, I = mean_n (∂E_n/∂z)², so that examples do not cancel. E_n is the example's own loss, and so the score does not
 * depend on the batch size; with the minibatch's mean loss, as in the authors' code, it would be a batch size smaller.
 * It is the diagonal of the gates' empirical Fisher matrix.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";

/** For one example it is "taylor-gate". */
export const taylorFullGradient = (): Criterion =>
  defineCriterion({
    name: "taylor-fg",
    observes: "examples",
    score: (group) => tf.mean(tf.square(group.gateGradientPerExample), 0),
  });
