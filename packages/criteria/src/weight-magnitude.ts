/**
 * Weight magnitude: Σ |w| or Σ w² over the weights that make the unit, bias not included (Li et al., ICLR 2017,
 * arXiv 1608.08710). It sees no data.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";

/** Σ |w|. */
export const l1 = (): Criterion =>
  defineCriterion({
    name: "l1",
    observes: "nothing",
    score: (group) => group.sum(["kernel"], ({ value }) => tf.abs(value)),
  });

/** Σ w², the squared L2 norm. */
export const l2 = (): Criterion =>
  defineCriterion({
    name: "l2",
    observes: "nothing",
    score: (group) => group.sum(["kernel"], ({ value }) => tf.square(value)),
  });
