/** The scale of batch normalisation: |γ| (network slimming, Liu et al., ICCV 2017, arXiv 1708.06519). Needs no data. */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";

/** Σ |γ| over the batch normalisations of a unit. Not applicable to units without one. */
export function bnScale(): Criterion {
  return defineCriterion({
    name: "bn-scale",
    observes: [],
    score: (group) => group.sum(["gamma"], ({ value }) => tf.abs(value)),
  });
}
