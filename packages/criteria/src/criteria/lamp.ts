/**
 * Layer-adaptive magnitude (LAMP, Lee et al., ICLR 2021, arXiv 2010.07611): a unit's squared norm relative to the sum of those
 * of its layer that are at least as large. A ranking over all layers then keeps part of every layer. Needs no data.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";

/** The layer is the unit's group. The score of its largest unit is 1. */
export function lamp(): Criterion {
  return defineCriterion({
    name: "lamp",
    observes: [],
    score: (group) => {
      const norms = group.sum(["kernel"], ({ value }) => tf.square(value));
      const columns = tf.expandDims(norms, 0);
      const notSmaller = tf.cast(tf.greaterEqual(columns, tf.expandDims(norms, 1)), "float32"); // [unit, other]
      return tf.divNoNan(norms, tf.sum(tf.mul(notSmaller, columns), 1));
    },
  });
}
