/**
 * Gradient accumulation: a step in several micro-batches, one after another, so that memory holds the activations of one.
 * Everything that a step returns is that of the whole minibatch, with one exception: batch normalisation by the minibatch's
 * statistics uses those of each micro-batch. The reported statistics are those of all examples (Chan et al. 1979):
 * `mean = Σ p m`, `variance = Σ p (v + (m - mean)²)`, with p the micro-batch's share of the examples.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Batch, batchSize, disposeBatch, inputsOf, targetsOf } from "../batch.ts";
import { TrainingError } from "../errors.ts";
import type { BatchStatistics } from "../forward/batch-normalization.ts";
import type { StepFunction, StepOutputs } from "./step-function.ts";

/**
 * Calls `run` on `count` parts of the minibatch, whose sizes differ by at most one, and disposes each.
 *
 * @throws TrainingError unless `count` is a whole number from 1 to the number of examples.
 */
export function* inMicroBatches<T>(
  batch: Batch,
  count: number,
  run: (part: Batch) => T,
): Generator<{ readonly result: T; readonly size: number }> {
  const examples = batchSize(batch);
  if (!(Number.isInteger(count) && count >= 1 && count <= examples))
    throw new TrainingError(
      `microBatches must be a whole number from 1 to the batch's ${examples} examples, not ${count}`,
    );
  for (let i = 0; i < count; i++) {
    const start = Math.floor((i * examples) / count);
    const size = Math.floor(((i + 1) * examples) / count) - start;
    const part = partOf(batch, start, size);
    try {
      yield { result: run(part), size };
    } finally {
      disposeBatch(part);
    }
  }
}

function partOf(batch: Batch, start: number, size: number): Batch {
  const slice = (tensor: tf.Tensor): tf.Tensor => tf.slice(tensor, start, size);
  return { xs: inputsOf(batch).map(slice), ys: targetsOf(batch).map(slice) };
}

/** The outputs of `step` for the whole minibatch. The caller disposes minibatch and outputs. */
export function accumulate(step: StepFunction, batch: Batch, count: number): StepOutputs {
  if (count === 1) return step(batch);
  let sum: StepOutputs | null = null;
  let examples = 0;
  try {
    for (const { result, size } of inMicroBatches(batch, count, step)) {
      examples += size;
      sum = sum === null ? result : merged(sum, result, size / examples);
    }
  } catch (error) {
    if (sum !== null) disposeOutputs(sum);
    throw error;
  }
  return sum as StepOutputs; // `count` is at least 1
}

/** Replaces the outputs of two sets of examples by those of both. @param share - The second set's share of the examples. */
function merged(a: StepOutputs, b: StepOutputs, share: number): StepOutputs {
  const mean = <T extends tf.Tensor>(x: T, y: T): T =>
    tf.tidy(() => tf.add<T>(tf.mul(x, 1 - share), tf.mul(y, share)));
  try {
    return {
      loss: mean(a.loss, b.loss),
      correct: tf.add(a.correct, b.correct),
      gradients: pairwise(a.gradients, b.gradients, mean),
      gates: pairwise(a.gates, b.gates, (x, y) => tf.concat2d([x, y], 0)),
      inputStatistics: pairwise(a.inputStatistics, b.inputStatistics, mean),
      statistics: a.statistics.map((first, i) => mergedStatistics(first, b.statistics[i] ?? first, share)),
    };
  } finally {
    disposeOutputs(a);
    disposeOutputs(b);
  }
}

/**
 * The batch statistics of two sets of examples together. Nothing is disposed.
 *
 * @param share - The second set's share of the examples.
 */
export function mergedStatistics(a: BatchStatistics, b: BatchStatistics, share: number): BatchStatistics {
  const [mean, variance] = tf.tidy(() => {
    const apart = tf.sub(b.mean, a.mean);
    const within = tf.add(tf.mul(a.variance, 1 - share), tf.mul(b.variance, share));
    const between = tf.mul(tf.square(apart), share * (1 - share));
    return [tf.add(a.mean, tf.mul(apart, share)), tf.add(within, between)];
  }) as [tf.Tensor1D, tf.Tensor1D];
  return { layer: a.layer, mean, variance };
}

function pairwise<T extends tf.Tensor>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  merge: (x: T, y: T) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(a).map(([key, x]) => [key, merge(x, b[key] ?? x)]));
}

function disposeOutputs({ statistics, ...tensors }: StepOutputs): void {
  tf.dispose({ ...tensors });
  tf.dispose(statistics.flatMap(({ mean, variance }) => [mean, variance]));
}
