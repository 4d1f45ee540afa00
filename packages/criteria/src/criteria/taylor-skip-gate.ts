/**
 * Taylor FO on the paper's skip gates: I = (Σ over n tensors of ∂L/∂z)² / n (Molchanov et al., CVPR 2019, arXiv 1906.10771,
 * section 4.2). The n blocks of a stage share one gate after each block's addition and ReLU; dividing by n makes the score
 * comparable with those of other units. "taylor-gate" puts the gate on every consumer instead, as removal does; the two are
 * equal if all consumers read the same tensor.
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
