/** From a weight's axis to units: each gathers its positions. */
import type { Slice } from "@secateur/dependency-graph";
import * as tf from "@tensorflow/tfjs-core";

type Where = Pick<Slice, "axis" | "positions" | "positionsPerUnit">;

/** `[..., size of the axis]` to `[..., units]`: a unit adds up its positions. */
export function unitsOfLastAxis(
  totals: tf.Tensor,
  { positions, positionsPerUnit }: Omit<Where, "axis">,
): tf.Tensor {
  const last = totals.rank - 1;
  const picked = isWhole(positions, totals.shape[last])
    ? tf.clone(totals) // a criterion may dispose what it is given
    : tf.gather(totals, tf.tensor1d(positions, "int32"), last);
  if (positionsPerUnit === 1) return picked;
  return tf.sum(tf.reshape(picked, [...totals.shape.slice(0, -1), -1, positionsPerUnit]), last + 1);
}

/** The usual case: the positions are the whole axis, in order. */
const isWhole = (positions: Int32Array, size: number | undefined): boolean =>
  positions.length === size && positions.every((position, i) => position === i);

/** Sum over every axis but one, `[size of that axis]`. */
export function sumAllBut(tensor: tf.Tensor, axis: number): tf.Tensor1D {
  const others = [...tensor.shape.keys()].filter((i) => i !== axis);
  return tf.sum(tensor, others);
}

/** A weight's sum over everything but the unit's own positions, `[units]`. */
export function sumPerUnit(weight: tf.Tensor, slice: Where): tf.Tensor1D {
  return unitsOfLastAxis(sumAllBut(weight, slice.axis), slice) as tf.Tensor1D;
}

/** All of a weight that belongs to each unit, `[units, numbers]`. */
export function rowsPerUnit(weight: tf.Tensor, { axis, positions, positionsPerUnit }: Where): tf.Tensor2D {
  const others = [...weight.shape.keys()].filter((i) => i !== axis);
  const first = tf.transpose(weight, [axis, ...others]);
  const picked = isWhole(positions, first.shape[0])
    ? first
    : tf.gather(first, tf.tensor1d(positions, "int32"));
  return tf.reshape(picked, [positions.length / positionsPerUnit, -1]);
}
