/**
 * Mean activation: |mean over examples, pixels and consumers| of a unit (a baseline of Molchanov et al., ICLR 2017,
 * arXiv 1611.06440, section 2.2).
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { activations } from "../observations/activations.ts";

export function activationMean(): Criterion {
  return defineCriterion({
    name: "activation-mean",
    observes: [activations()],
    score: (group) => tf.abs(group.activationMean),
  });
}
