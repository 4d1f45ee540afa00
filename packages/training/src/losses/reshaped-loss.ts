/**
 * A loss on an output that was reshaped after its softmax, so that its last axis is not the classes: per-pixel probabilities
 * `[height, width, classes]` that a Flatten makes one row, for instance.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Loss, OutputShape } from "./loss.ts";

/**
 * @param shape - Of the softmax, without the batch axis. Targets have this shape or the output's.
 * @returns The loss of the output in the shape of its softmax.
 */
export function reshapedLoss(loss: Loss, shape: OutputShape): Loss {
  const { countCorrect, countInTopK, predict, sample, checkTarget, checkValues } = loss;
  const ofSoftmax = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [-1, ...shape.map((size) => size ?? -1)]);
  const targetOf = (target: tf.Tensor, output: tf.Tensor): tf.Tensor =>
    target.shape.join() === output.shape.join() ? ofSoftmax(target) : target;
  return {
    ...loss,
    perExample: (output, target) => loss.perExample(ofSoftmax(output), targetOf(target, output)),
    ...(countCorrect && {
      countCorrect: (output, target) => countCorrect(ofSoftmax(output), targetOf(target, output)),
    }),
    ...(countInTopK && {
      countInTopK: (output, target, k) => countInTopK(ofSoftmax(output), targetOf(target, output), k),
    }),
    ...(predict && { predict: (output) => predict(ofSoftmax(output)) }),
    ...(sample && { sample: (output, seed) => sample(ofSoftmax(output), seed) }),
    ...(checkTarget && {
      checkTarget: (target, output) =>
        target.shape.slice(1).join() === output.join() ? null : checkTarget(target, shape),
    }),
    ...(checkValues && {
      checkValues: async (target, output) =>
        target.shape.slice(1).join() === output.join() ? null : checkValues(target, shape),
    }),
  };
}
