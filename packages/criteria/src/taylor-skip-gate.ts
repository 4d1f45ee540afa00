/**
 * Taylor FO on the paper's skip gates (Molchanov et al., CVPR 2019, arXiv 1906.10771, section 4.2): one gate stands
 * behind each block's addition and ReLU, multiplies the whole tensor, the shortcut included, and is shared by the n
 * blocks of a stage: I = (Σ over the n tensors of ∂E/∂z)² / n. Dividing by n keeps such units on the others' scale.
 *
 * "taylor-gate" silences the unit at every consumer instead, which is what removal does; where a unit's consumers all get
 * the same tensor the two are equal.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";

/** n is the number of different tensors that the unit's consumers get. */
export const taylorSkipGate = (): Criterion =>
  defineCriterion({
    name: "taylor-skip-gate",
    observes: "tensors",
    score: (group) => {
      const gates = group.gateGradientPerTensor; // [tensors, units]
      return tf.div(tf.square(tf.sum(gates, 0)), gates.shape[0]);
    },
  });
