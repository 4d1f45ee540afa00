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
export function notFinite(
  batch: Batch,
  { gradients = {}, gates = {}, statistics = [] }: Partial<StepOutputs>,
): string | null {
  const named = [
    ...inputsOf(batch).map((x) => ["the inputs (xs)", x] as const),
    ...statistics.flatMap(({ layer, mean, variance }) =>
      [mean, variance].map((x) => [`the batch statistics of "${layer.name}"`, x] as const),
    ),
    ...Object.entries(gradients).map(([path, x]) => [`the gradient of "${path}"`, x] as const),
    ...Object.entries(gates).map(([site, x]) => [`the gradient of the gates at the ${site}`, x] as const),
  ];
  const one = tf.scalar(1);
  const bad = named.find(([, x]) => {
    const value = tf.tidy(() => unlessNotFinite(one, [x]).dataSync<"float32">());
    return Number.isNaN(value[0]);
  });
  one.dispose();
  return bad?.[0] ?? null;
}
