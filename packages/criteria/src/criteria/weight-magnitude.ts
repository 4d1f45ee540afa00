/**
 * Weight magnitude: Σ |w| or Σ w² over the weights that produce the unit, without the bias (Li et al., ICLR 2017,
 * arXiv 1608.08710). Needs no data.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";

/** Σ |w|. */
export function l1(): Criterion {
  return defineCriterion({
    name: "l1",
    observes: [],
    score: (group) => group.sum(["kernel"], ({ value }) => tf.abs(value)),
  });
}

/** Σ w², the squared L2 norm. */
export function l2(): Criterion {
  return defineCriterion({
    name: "l2",
    observes: [],
    score: (group) => group.sum(["kernel"], ({ value }) => tf.square(value)),
  });
}
