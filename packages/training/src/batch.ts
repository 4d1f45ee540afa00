/** A minibatch. Whoever is given one disposes it. */
import type * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "./errors.ts";

export interface Batch {
  /** `[batch, ...the model's input shape]`, float32. */
  readonly xs: tf.Tensor;
  /** Classes `[batch]`, int32; or probabilities `[batch, classes]`, float32. */
  readonly ys: tf.Tensor;
}

export type Batches = Iterable<Batch> | AsyncIterable<Batch>;

/** Before anything is computed (where labels are classes they are read): when an operation fails half-way, tfjs keeps what it saved for the gradients. */
export function checkBatch(model: tfl.LayersModel, { xs, ys }: Batch): void {
  const [, ...input] = model.inputs[0]?.shape ?? [];
  const fits =
    xs.rank === input.length + 1 && input.every((size, i) => size === null || size === xs.shape[i + 1]);
  if (!fits) {
    throw new TrainingError(
      `the batch is [${xs.shape}], but model "${model.name}" wants [${["batch", ...input.map((size) => size ?? "any")]}]`,
    );
  }
  const [size] = xs.shape;
  const classes = model.outputs[0]?.shape[1];
  const isLabelled = ys.shape[0] === size && (ys.rank === 1 || (ys.rank === 2 && ys.shape[1] === classes));
  if (!isLabelled) {
    throw new TrainingError(
      `the labels are [${ys.shape}]; give classes [${size}] or probabilities [${size}, ${classes}]`,
    );
  }
  if (ys.rank === 1 && model.outputs[0]?.shape.length === 2 && typeof classes === "number")
    checkClasses(ys.dataSync<"int32">(), classes);
}

/** A class out of range would be learned as no class at all, one between two as the lower. */
function checkClasses(ys: Int32Array, classes: number): void {
  const wrong = ys.find((y) => !(Number.isInteger(y) && y >= 0 && y < classes));
  if (wrong === undefined) return;
  throw new TrainingError(`a label is ${wrong}, but the model's ${classes} classes are 0 to ${classes - 1}`);
}
