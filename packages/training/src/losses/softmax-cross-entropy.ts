/**
 * Softmax cross-entropy, `-Σ_c t_c log softmax(logits)_c`, with label smoothing (Szegedy et al. 2016, arXiv 1512.00567).
 * For outputs `[batch, ..., classes]` it is the mean over the axes between, for instance over the pixels of an example.
 */
import { softmaxCrossEntropy as fused } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import { inTopK } from "./in-top-k.ts";
import { type Loss, meanPerExample, type OutputShape } from "./loss.ts";

export interface SoftmaxCrossEntropyOptions {
  /** Probability that is spread evenly over all classes, 0..1. Default 0. */
  readonly labelSmoothing?: number;
  /** The model's output is logits, without a softmax. Default false. */
  readonly fromLogits?: boolean;
}

/**
 * Targets are classes `[batch, ...]` (whole numbers) or probabilities `[batch, ..., classes]`, for instance soft targets.
 *
 * @example lossAndGradients(model, batch, { loss: softmaxCrossEntropy({ labelSmoothing: 0.1 }) });
 */
export function softmaxCrossEntropy(options: SoftmaxCrossEntropyOptions = {}): Loss {
  const { labelSmoothing = 0, fromLogits = false } = options;
  return {
    name: "softmax-cross-entropy",
    key: JSON.stringify({ name: "softmax-cross-entropy", labelSmoothing, fromLogits }),
    ...(fromLogits ? {} : { includes: "softmax" as const }),
    checkTarget,
    checkValues,
    perExample: (logits, target) => {
      const labels = probabilities(target, logits, labelSmoothing);
      const losses = fused(rows(logits), rows(labels));
      return logits.rank === 2 ? losses : meanPerExample(tf.reshape(losses, [logits.shape[0] ?? 0, -1]));
    },
    sample: (logits, seed) =>
      tf.tidy(() => {
        const uniform = tf.randomUniform(logits.shape, 1e-7, 1, "float32", seed);
        const gumbel = tf.neg(tf.log(tf.neg(tf.log(uniform))));
        return tf.argMax(tf.add(logits, gumbel), logits.rank - 1);
      }),
    predict: (logits) => tf.argMax(logits, logits.rank - 1),
    countCorrect: (logits, target) =>
      tf.tidy(() => total(tf.equal(tf.argMax(logits, logits.rank - 1), classesOf(target, logits)))),
    countInTopK: (logits, target, k) =>
      tf.tidy(() => {
        const isInTopK = inTopK(rows(logits), tf.reshape(classesOf(target, logits), [-1]), k);
        return total(tf.reshape(isInTopK, logits.shape.slice(0, -1)));
      }),
  };
}

/** The sum of `[batch, ...]` booleans, averaged over the axes behind the batch. */
function total(isCorrect: tf.Tensor): tf.Scalar {
  return tf.sum(meanPerExample(tf.cast(isCorrect, "float32"))) as tf.Scalar;
}

/** Classes `[batch, ...]` from classes or probabilities. */
function classesOf(target: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  return target.rank === logits.rank ? tf.argMax(target, logits.rank - 1) : tf.cast(target, "int32");
}

/** One-hot rows of classes `[batch]`, float32; a row of NaN for a number that is no class. */
export function oneHot(classes: tf.Tensor, count: number): tf.Tensor2D {
  const values = tf.cast(classes, "float32");
  const isClass = tf.equal(values, tf.clipByValue(tf.round(values), 0, count - 1));
  const inRange = tf.cast(tf.where(isClass, values, 0), "int32") as tf.Tensor1D;
  // Cast afterwards: tfjs's wasm kernel writes int32 values even for dtype float32.
  const rowsOfClasses = tf.cast(tf.oneHot(inRange, count), "float32");
  return tf.add(rowsOfClasses, tf.expandDims(tf.where(isClass, 0, Number.NaN), 1));
}

/** `[batch, ..., classes]` from classes or probabilities. */
function probabilities(target: tf.Tensor, logits: tf.Tensor, labelSmoothing: number): tf.Tensor {
  const classes = logits.shape.at(-1) ?? 0;
  const exact =
    target.rank === logits.rank ? tf.cast(target, "float32") : oneHot(tf.reshape(target, [-1]), classes);
  if (labelSmoothing === 0) return exact;
  return tf.add(tf.mul(exact, 1 - labelSmoothing), labelSmoothing / classes);
}

/** `[..., classes]` as a matrix. */
export const rows = (x: tf.Tensor): tf.Tensor2D =>
  x.rank === 2 ? (x as tf.Tensor2D) : tf.reshape(x, [-1, x.shape.at(-1) ?? 1]);

const isProbabilities = (target: tf.Tensor, output: OutputShape): boolean =>
  target.rank === output.length + 1 && target.shape.at(-1) === output.at(-1);

function checkTarget(target: tf.Tensor, output: OutputShape): string | null {
  const classes = output.at(-1);
  const leading = output.slice(0, -1);
  const sizes = target.shape.slice(1);
  const fits = leading.every((size, i) => size === null || size === sizes[i]);
  if (fits && (isProbabilities(target, output) || sizes.length === leading.length)) return null;
  const rest = leading.map((size) => `, ${size ?? "any"}`).join("");
  return `give classes [batch${rest}] or probabilities [batch${rest}, ${classes}]`;
}

/** Finds classes out of range, and fractions. */
async function checkValues(target: tf.Tensor, output: OutputShape): Promise<string | null> {
  if (isProbabilities(target, output)) return null;
  const classes = Number(output.at(-1));
  const values = await target.data<"int32">();
  const wrong = values.find((value) => !(Number.isInteger(value) && value >= 0 && value < classes));
  if (wrong === undefined) return null;
  return `one label is ${wrong}, but the model's ${classes} classes are 0 to ${classes - 1}`;
}
