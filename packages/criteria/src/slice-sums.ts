/** Reductions from the axis of a weight to units. */
import type { Slice } from "@secateur/dependency-graph";
import * as tf from "@tensorflow/tfjs-core";

type UnitIndices = Pick<Slice, "axis" | "indices" | "indicesPerUnit">;

/** `[..., size of the axis]` to `[..., units]`: each unit is the sum over its indices. */
export function unitsOfLastAxis(
  totals: tf.Tensor,
  { indices, indicesPerUnit }: Omit<UnitIndices, "axis">,
): tf.Tensor {
  const last = totals.rank - 1;
  const picked = pick(totals, indices, last);
  if (indicesPerUnit === 1) return picked;
  return tf.sum(tf.reshape(picked, [...totals.shape.slice(0, -1), -1, indicesPerUnit]), last + 1);
}

/** Returns a new tensor, because a criterion may dispose it. */
function pick(tensor: tf.Tensor, indices: Int32Array, axis: number): tf.Tensor {
  const isWhole = indices.length === tensor.shape[axis] && indices.every((index, i) => index === i);
  return isWhole ? tf.clone(tensor) : tf.gather(tensor, tf.tensor1d(indices, "int32"), axis);
}

/** Sums over all axes but one, `[size of that axis]`. */
export function sumAllBut(tensor: tf.Tensor, axis: number): tf.Tensor1D {
  const others = [...tensor.shape.keys()].filter((i) => i !== axis);
  return tf.sum(tensor, others);
}

/** The sum of each unit's elements in a weight, `[units]`. */
export function sumPerUnit(weight: tf.Tensor, slice: UnitIndices): tf.Tensor1D {
  return unitsOfLastAxis(sumAllBut(weight, slice.axis), slice) as tf.Tensor1D;
}

/** Each unit's elements in a weight, `[units, elements]`. */
export function rowsPerUnit(weight: tf.Tensor, { axis, indices, indicesPerUnit }: UnitIndices): tf.Tensor2D {
  const others = [...weight.shape.keys()].filter((i) => i !== axis);
  const first = tf.transpose(weight, [axis, ...others]);
  return tf.reshape(pick(first, indices, 0), [indices.length / indicesPerUnit, -1]);
}
