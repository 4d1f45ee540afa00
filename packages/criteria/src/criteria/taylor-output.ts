/**
 * Taylor on outputs (Molchanov et al., ICLR 2017, arXiv 1611.06440): the mean over examples of |mean over pixels of activation
 * times gradient|, divided by the group's L2 norm. The mean over pixels is the gate's gradient up to a constant factor, which
 * the norm cancels.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { perExampleGates } from "../observations/per-example-gates.ts";
import { byL2Norm } from "./normalizers.ts";

/** The squares of a group's scores sum to 1. */
export function taylorOutput(): Criterion {
  return defineCriterion({
    name: "taylor-output",
    observes: [perExampleGates()],
    score: (group) => byL2Norm(tf.mean(tf.abs(group.gateGradientPerExample), 0)),
  });
}
