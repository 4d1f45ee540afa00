/**
 * Filter pruning via geometric median (FPGM, He et al., CVPR 2019, arXiv 1811.00250): a filter near all the others of its
 * layer can be replaced by them. I_i = Σ_j ‖F_i - F_j‖. Needs no data.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";

/** The Euclidean distances to all other units of the group, over the weights that produce a unit, bias not included. */
export function geometricMedian(): Criterion {
  return defineCriterion({
    name: "fpgm",
    observes: [],
    score: (group) => {
      const filters = group.rows(["kernel"]); // [units, weights]
      const centred = tf.sub<tf.Tensor2D>(filters, tf.mean(filters, 0)); // the same distances with less rounding
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

/** 0 on the diagonal, where rounding would leave a distance of a unit to itself. */
const others = (count: number): tf.Tensor2D => tf.sub(1, tf.eye(count));
