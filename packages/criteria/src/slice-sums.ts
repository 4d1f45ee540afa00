/** Reductions from a weight's axis to the units that lie on it. */
import type { Slice } from "@secateur/dependency-graph";
import * as tf from "@tensorflow/tfjs-core";

type Where = Pick<Slice, "axis" | "indices" | "indicesPerUnit">;

/** `[..., size of the axis]` to `[..., units]`: each unit is the sum over its indices. */
export function unitsOfLastAxis(
  totals: tf.Tensor,
  { indices, indicesPerUnit }: Omit<Where, "axis">,
): tf.Tensor {
  const last = totals.rank - 1;
  const picked = pick(totals, indices, last);
  if (indicesPerUnit === 1) return picked;
  return tf.sum(tf.reshape(picked, [...totals.shape.slice(0, -1), -1, indicesPerUnit]), last + 1);
}

/** Always a new tensor: a criterion may dispose it. */
function pick(tensor: tf.Tensor, indices: Int32Array, axis: number): tf.Tensor {
  const isWhole = indices.length === tensor.shape[axis] && indices.every((index, i) => index === i);
  return isWhole ? tf.clone(tensor) : tf.gather(tensor, tf.tensor1d(indices, "int32"), axis);
}

/** Sum over every axis but one, `[size of that axis]`. */
export function sumAllBut(tensor: tf.Tensor, axis: number): tf.Tensor1D {
  const others = [...tensor.shape.keys()].filter((i) => i !== axis);
  return tf.sum(tensor, others);
}

/** The sum of everything in a weight that belongs to each unit, `[units]`. */
export function sumPerUnit(weight: tf.Tensor, slice: Where): tf.Tensor1D {
  return unitsOfLastAxis(sumAllBut(weight, slice.axis), slice) as tf.Tensor1D;
}

/** Everything in a weight that belongs to each unit, `[units, numbers]`. */
export function rowsPerUnit(weight: tf.Tensor, { axis, indices, indicesPerUnit }: Where): tf.Tensor2D {
  const others = [...weight.shape.keys()].filter((i) => i !== axis);
  const first = tf.transpose(weight, [axis, ...others]);
  return tf.reshape(pick(first, indices, 0), [indices.length / indicesPerUnit, -1]);
}
