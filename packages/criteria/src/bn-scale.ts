/** Batch normalisation's scale: |γ| (network slimming, Liu et al., ICCV 2017, arXiv 1708.06519). It sees no data. */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";

/** Σ |γ| over the batch normalisations that the unit passes; not applicable where there is none. */
export const bnScale = (): Criterion =>
  defineCriterion({
    name: "bn-scale",
    observes: "nothing",
    score: (group) => group.sum(["gamma"], ({ value }) => tf.abs(value)),
  });
