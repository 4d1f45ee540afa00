/**
 * Mean activation: how large a unit is on average, as its consumers see it (a baseline of Molchanov et al., ICLR 2017,
 * arXiv 1611.06440, section 2.2). After a ReLU it is never negative; elsewhere its size counts: |mean|.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";

/** |mean over examples, positions and consumers|, `[units]`. */
export const activationMean = (): Criterion =>
  defineCriterion({
    name: "activation-mean",
    observes: "activations",
    score: (group) => tf.abs(group.activationMean),
  });
