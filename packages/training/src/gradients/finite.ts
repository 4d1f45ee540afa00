/**
 * Checks that everything that a step reads and computes is finite. The loss does not show it on every engine: ReLU and max
 * pooling on wasm turn NaN into numbers. A sum over all elements is NaN or infinite as soon as one element is.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Batch, inputsOf } from "../batch.ts";
import type { StepOutputs } from "./step-function.ts";

const largestFloat32 = 3.4e38;

/** The loss; NaN if the sum of the tensors is not finite. Whole numbers are finite and not read. */
export function unlessNotFinite(loss: tf.Scalar, tensors: readonly tf.Tensor[]): tf.Scalar {
  const sums = tensors.filter(({ dtype }) => dtype === "float32").map((tensor) => tf.sum(tensor));
  if (sums.length === 0) return loss;
  const allFinite = tf.lessEqual(tf.abs(tf.addN(sums)), largestFloat32);
  return tf.where(allFinite, loss, tf.scalar(Number.NaN));
}

/** The first tensor of a step that is not finite, as the end of a sentence; null if all are finite. */
export async function notFinite(
  batch: Batch,
  { gradients = {}, gates = {}, statistics = [] }: Partial<StepOutputs>,
): Promise<string | null> {
  const named = [
    ...inputsOf(batch).map((x) => ["the inputs (xs)", x] as const),
    ...statistics.flatMap(({ layer, mean, variance }) =>
      [mean, variance].map((x) => [`the batch statistics of "${layer.name}"`, x] as const),
    ),
    ...Object.entries(gradients).map(([path, x]) => [`the gradient of "${path}"`, x] as const),
    ...Object.entries(gates).map(([site, x]) => [`the gradient of the gates at the ${site}`, x] as const),
  ];
  const checks = tf.tidy(() => named.map(([, x]) => unlessNotFinite(tf.scalar(1), [x])));
  const values = await scalars(...checks);
  tf.dispose(checks);
  return named[values.findIndex(Number.isNaN)]?.[0] ?? null;
}

/** The values of scalars, by one read from the engine that does not block it. */
export async function scalars(...tensors: readonly tf.Tensor[]): Promise<readonly number[]> {
  if (tensors.length === 0) return [];
  const joined = tf.tidy(() => tf.stack(tensors.map((tensor) => tf.cast(tensor, "float32"))));
  const values = await joined.data<"float32">();
  joined.dispose();
  return [...values];
}
