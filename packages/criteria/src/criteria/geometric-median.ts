/**
 * Filter pruning via geometric median (FPGM, He et al., CVPR 2019, arXiv 1811.00250): I_i = Σ_j ‖F_i - F_j‖, because the other
 * filters of a layer can replace one that is close to all of them. Needs no data.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";

/** Sums the Euclidean distances to all other units of the group, in the weights that produce the units, without the bias. */
export function geometricMedian(): Criterion {
  return defineCriterion({
    name: "fpgm",
    observes: [],
    score: (group) => {
      const filters = group.rows(["kernel"]); // [units, weights]
      const centred = tf.sub<tf.Tensor2D>(filters, tf.mean(filters, 0)); // same distances, less rounding
      const squares = tf.sum(tf.square(centred), 1);
      const products = tf.matMul(centred, centred, false, true); // [units, units]
      const distances = tf.sub(
        tf.add(tf.expandDims(squares, 1), tf.expandDims(squares, 0)),
        tf.mul(products, 2),
      );
      return tf.sum(tf.sqrt(tf.mul(tf.relu(distances), others(group.unitCount))), 1);
    },
  });
}

/** 0 on the diagonal, where rounding leaves a distance greater than 0. */
const others = (count: number): tf.Tensor2D => tf.sub(1, tf.eye(count));
