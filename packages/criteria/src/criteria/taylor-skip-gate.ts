/**
 * Taylor FO on the paper's skip gates: I = (Σ over n tensors of ∂E/∂z)² / n (Molchanov et al., CVPR 2019, arXiv 1906.10771,
 * section 4.2). One gate follows each block's addition and ReLU and is shared by the n blocks of a stage; dividing by n keeps
 * such units on the others' scale. "taylor-gate" silences the unit at every consumer instead, as removal does; the two are
 * equal where all consumers read the same tensor.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";
import { tensorGates } from "../observations/tensor-gates.ts";

/** n is the number of different tensors that the unit's consumers read. */
export function taylorSkipGate(): Criterion {
  return defineCriterion({
    name: "taylor-skip-gate",
    observes: [tensorGates()],
    score: (group) => {
      const gates = group.gateGradientPerTensor; // [tensors, units]
      return tf.div(tf.square(tf.sum(gates, 0)), gates.shape[0]);
    },
  });
}
