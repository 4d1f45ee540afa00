/**
 * A loss is a plain object that computes one number per example from an output and its target. A model with several outputs
 * has one loss per output; the losses are summed. Gradients are of the mean over the minibatch.
 */
import * as tf from "@tensorflow/tfjs-core";

/** Sizes without the batch axis; null where the model leaves a size open. */
export type OutputShape = readonly (number | null)[];

export interface Loss {
  readonly name: string;
  /**
   * Losses with equal keys are equal; JSON with the name and options of a built-in loss. A loss of your own has none and
   * equals only itself: create it once, because steps are cached by it.
   */
  readonly key?: string;
  /**
   * The final activation of the model that the loss includes, for numerical stability. The model must end in it, and the
   * loss receives logits. Default: none, the loss receives the model's output.
   */
  readonly includes?: "softmax" | "sigmoid";
  /**
   * @param output - `[batch, ...output shape]`
   * @param target - The target of this output in the batch.
   * @returns The loss of every example, `[batch]`, differentiable with respect to `output`.
   */
  readonly perExample: (output: tf.Tensor, target: tf.Tensor) => tf.Tensor1D;
  /**
   * Returns why a target's shape does not fit, as the end of a sentence, or null if it fits; reads no values. Default: all
   * targets fit.
   */
  readonly checkTarget?: (target: tf.Tensor, output: OutputShape) => string | null;
  /** As `checkTarget`, for the values, of a target whose shape fits. Called where the loss is NaN. */
  readonly checkValues?: (target: tf.Tensor, output: OutputShape) => Promise<string | null>;
  /**
   * The prediction as a target, for instance the most probable class: where the loss, unlike at the output itself, has a
   * gradient. Default: none.
   */
  readonly predict?: (output: tf.Tensor) => tf.Tensor;
  /**
   * A target drawn from the distribution that the output stands for, whose negative log-likelihood is the loss or a multiple of
   * it. The expected square of the loss's gradient is then the Gauss-Newton diagonal, or a multiple. Default: none.
   */
  readonly sample?: (output: tf.Tensor, seed: number) => tf.Tensor;
  /** The number of correct predictions in the batch, a scalar. Default: accuracy is NaN. */
  readonly countCorrect?: (output: tf.Tensor, target: tf.Tensor) => tf.Scalar;
  /** The number of examples whose class is among the k most probable, a scalar. Default: top-k accuracy is NaN. */
  readonly countInTopK?: (output: tf.Tensor, target: tf.Tensor, k: number) => tf.Scalar;
}

/**
 * Multiplies a loss by a constant, for instance to weight the outputs of a model.
 *
 * @example const loss = [softmaxCrossEntropy(), weighted(meanSquaredError(), 0.1)];
 */
export function weighted(loss: Loss, weight: number): Loss {
  const perExample: Loss["perExample"] = (output, target) => tf.mul(loss.perExample(output, target), weight);
  const key = loss.key === undefined ? {} : { key: JSON.stringify({ weight, of: JSON.parse(loss.key) }) };
  return { ...loss, name: `${weight} × ${loss.name}`, ...key, perExample };
}

/** The mean over all axes but the batch, `[batch]`. */
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
