/**
 * Knowledge distillation (Hinton, Vinyals and Dean 2015, arXiv 1503.02531): the loss is
 * `w T² KL(softmax(v / T) ‖ softmax(z / T)) + (1 - w) CE(labels, softmax(z))` for the student's logits z and the teacher's v.
 * T² makes the gradients of the first term independent of the temperature's scale.
 */
import { softmaxCrossEntropy as fused } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import { TrainingError } from "../errors.ts";
import { type Loss, meanPerExample, type OutputShape } from "./loss.ts";
import { rows, softmaxCrossEntropy } from "./softmax-cross-entropy.ts";

export interface DistillationOptions {
  /** T > 0: the larger, the more the small probabilities of the teacher count. Default 4. */
  readonly temperature?: number;
  /** w, the share of the teacher's term, 0..1. 1 needs no labels. Default 0.9. */
  readonly weight?: number;
  /** Label smoothing of the labels' term, 0..1. Default 0. */
  readonly labelSmoothing?: number;
  /** The student's output is logits, without a softmax. Default false. */
  readonly fromLogits?: boolean;
}

/**
 * Targets are the teacher's logits `[batch, ..., classes]`, followed on the last axis by the labels: one class
 * `[batch, ..., classes + 1]`, probabilities `[batch, ..., 2 · classes]`, or nothing if `weight` is 1. `withTeacher` makes them.
 *
 * @throws TrainingError for a temperature or a weight out of range.
 *
 * @example
 * const data = (epoch: number) => withTeacher(teacher, batches(epoch));
 * for await (const event of fit(student, data, { epochs: 10, optimizer, loss: distillation() })) console.log(event);
 */
export function distillation(options: DistillationOptions = {}): Loss {
  const { temperature = 4, weight = 0.9, labelSmoothing = 0, fromLogits = false } = options;
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY))
    throw new TrainingError(`temperature must be a number above 0, not ${temperature}`);
  if (!(weight >= 0 && weight <= 1))
    throw new TrainingError(`weight must be a number from 0 to 1, not ${weight}`);
  const ofLabels = softmaxCrossEntropy({ labelSmoothing, fromLogits });
  return {
    name: "distillation",
    key: JSON.stringify({ name: "distillation", temperature, weight, labelSmoothing, fromLogits }),
    ...(fromLogits ? {} : { includes: "softmax" as const }),
    checkTarget: (target, output) => checkTarget(target, output, weight < 1),
    checkValues: (target, output) => checkValues(target, output, ofLabels),
    perExample: (logits, target) => {
      const { teacher, labels } = parts(target, Number(logits.shape.at(-1)));
      const soft = tf.mul(divergence(logits, teacher, temperature), weight * temperature ** 2);
      if (weight === 1 || labels === null) return soft as tf.Tensor1D;
      return tf.add(soft, tf.mul(ofLabels.perExample(logits, labels), 1 - weight));
    },
    countCorrect: (logits, target) =>
      tf.tidy(() => {
        const { teacher, labels } = parts(target, Number(logits.shape.at(-1)));
        return ofLabels.countCorrect?.(logits, labels ?? teacher) ?? tf.scalar(Number.NaN);
      }),
    countInTopK: (logits, target, k) =>
      tf.tidy(() => {
        const { teacher, labels } = parts(target, Number(logits.shape.at(-1)));
        return ofLabels.countInTopK?.(logits, labels ?? teacher, k) ?? tf.scalar(Number.NaN);
      }),
  };
}

/** KL(softmax(teacher / T) ‖ softmax(logits / T)) of every example, `[batch]`; the mean over the axes between. */
function divergence(logits: tf.Tensor, teacher: tf.Tensor, temperature: number): tf.Tensor1D {
  const [student, goal] = [logits, teacher].map((x) => tf.div(rows(x), temperature)) as [
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  const probabilities = tf.softmax(goal);
  const perRow = tf.sub(fused(student, probabilities), fused(goal, probabilities));
  return logits.rank === 2
    ? (perRow as tf.Tensor1D)
    : meanPerExample(tf.reshape(perRow, [logits.shape[0] ?? 0, -1]));
}

interface Parts {
  /** `[batch, ..., classes]` */
  readonly teacher: tf.Tensor;
  /** Classes `[batch, ...]`, or probabilities `[batch, ..., classes]`. */
  readonly labels: tf.Tensor | null;
}

function parts(target: tf.Tensor, classes: number): Parts {
  const width = Number(target.shape.at(-1));
  if (width === classes) return { teacher: target, labels: null };
  const [teacher, labels] = tf.split(target, [classes, width - classes], target.rank - 1) as [
    tf.Tensor,
    tf.Tensor,
  ];
  return { teacher, labels: width === classes + 1 ? tf.squeeze(labels, [target.rank - 1]) : labels };
}

function checkTarget(target: tf.Tensor, output: OutputShape, needsLabels: boolean): string | null {
  const classes = Number(output.at(-1));
  const leading = output.slice(0, -1);
  const sizes = target.shape.slice(1);
  const width = Number(sizes.at(-1));
  const fits =
    sizes.length === output.length && leading.every((size, i) => size === null || size === sizes[i]);
  const widths = [...(needsLabels ? [] : [classes]), classes + 1, 2 * classes];
  if (!fits || !widths.includes(width)) {
    const shape = (last: number) => `[batch${leading.map((size) => `, ${size ?? "any"}`).join("")}, ${last}]`;
    const alone = needsLabels ? "" : `, or the teacher's logits alone ${shape(classes)}`;
    return (
      `give the teacher's logits and a class ${shape(classes + 1)} or probabilities ${shape(2 * classes)}${alone}, ` +
      `as withTeacher does${needsLabels ? "; without labels, pass weight: 1" : ""}`
    );
  }
  return null;
}

async function checkValues(target: tf.Tensor, output: OutputShape, ofLabels: Loss): Promise<string | null> {
  const classes = Number(output.at(-1));
  if (target.shape.at(-1) === classes) return null;
  const labels = tf.tidy(() => parts(target, classes).labels as tf.Tensor);
  try {
    return (await ofLabels.checkValues?.(labels, output)) ?? null;
  } finally {
    labels.dispose();
  }
}
