/** The scale of batch normalisation: |γ| (network slimming, Liu et al., ICCV 2017, arXiv 1708.06519). Needs no data. */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";

/** Σ |γ| over the batch normalisations that the unit passes. Not applicable where there is none. */
export function bnScale(): Criterion {
  return defineCriterion({
    name: "bn-scale",
    observes: [],
    score: (group) => group.sum(["gamma"], ({ value }) => tf.abs(value)),
  });
}
