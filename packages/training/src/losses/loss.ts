/**
 * A loss is a value: how far an output is from its target, for every example. A model with several outputs has one loss
 * for each; they add up. Gradients are those of the mean over the minibatch.
 */
import * as tf from "@tensorflow/tfjs-core";

/** Sizes without the batch axis; null where the model leaves a size open. */
export type OutputShape = readonly (number | null)[];

export interface Loss {
  readonly name: string;
  /** Losses of equal key compute the same. Built-in losses have one; without it, only the same object is the same loss. */
  readonly key?: string;
  /**
   * The activation at the end of the model that the loss computes itself, because together the two are stable. The loss
   * then receives logits, and the model must end in this activation. Default: none, the loss receives the model's output.
   */
  readonly includes?: "softmax" | "sigmoid";
  /**
   * @param output - `[batch, ...output shape]`
   * @param target - As the batch gives it.
   * @returns The loss of every example, `[batch]`; differentiable with respect to `output`.
   */
  readonly perExample: (output: tf.Tensor, target: tf.Tensor) => tf.Tensor1D;
  /** Why a target does not fit, as the end of a sentence, or null where it does. Default: any target is accepted. */
  readonly checkTarget?: (target: tf.Tensor, output: OutputShape) => string | null;
  /** The number of correct predictions in the batch, a scalar. Default: accuracy is NaN. */
  readonly countCorrect?: (output: tf.Tensor, target: tf.Tensor) => tf.Scalar;
}

/** Multiplies a loss by a constant, for instance to weigh the outputs of a model. */
export function weighted(loss: Loss, weight: number): Loss {
  const perExample: Loss["perExample"] = (output, target) => tf.mul(loss.perExample(output, target), weight);
  const key = loss.key === undefined ? {} : { key: JSON.stringify({ weight, of: JSON.parse(loss.key) }) };
  return { ...loss, name: `${weight} × ${loss.name}`, ...key, perExample };
}

/** The mean over everything but the batch, `[batch]`. */
export function meanPerExample(x: tf.Tensor): tf.Tensor1D {
  return x.rank === 1 ? (x as tf.Tensor1D) : tf.mean(tf.reshape(x, [x.shape[0] ?? 0, -1]), 1);
}

/** Targets `[batch]` also fit an output `[batch, 1]`. */
export function checkSameShape(target: tf.Tensor, output: OutputShape): string | null {
  const rest = target.shape.slice(1);
  const fits = (sizes: OutputShape): boolean =>
    sizes.length === rest.length && sizes.every((size, i) => size === null || size === rest[i]);
  if (fits(output) || (rest.length === 0 && output.length === 1 && output[0] === 1)) return null;
  return `give [batch, ${output.map((size) => size ?? "any").join(", ")}]`;
}
