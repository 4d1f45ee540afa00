/** Loss, accuracy and predictions over a data set, in mode "eval": batch normalisation uses its moving averages, dropout is off. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, type Batches, batchSize, checkBatch, disposeBatch } from "./batch.ts";
import { TrainingError } from "./errors.ts";
import { runModel } from "./forward/run-calls.ts";
import { cachedForModel, type ModelFunction, modelFunction } from "./gradients/model-function.ts";
import { checkLabels } from "./losses/check-labels.ts";
import { type LossOption, type ModelLoss, modelLoss } from "./losses/model-loss.ts";

export interface EvaluateOptions {
  /** A list of one loss per output for several outputs. Default: cross-entropy behind softmax, binary cross-entropy behind sigmoid. */
  readonly loss?: LossOption | undefined;
  /** k of the top-k accuracy, a whole number of at least 1. Default: it is not computed. */
  readonly topK?: number | undefined;
  /** Return the predictions. Default false. */
  readonly predictions?: boolean;
  /** Called after every batch with its number of examples. */
  readonly onBatch?: (count: number) => void;
}

export interface Evaluation {
  /** Mean loss over all examples. */
  readonly loss: number;
  /** Share of correct predictions, 0..1; NaN if the loss does not define it. */
  readonly accuracy: number;
  /** 1 - accuracy. */
  readonly error: number;
  /** Share of examples whose class is among the k most probable, 0..1; null without `topK`, NaN if the loss does not define it. */
  readonly topKAccuracy: number | null;
  /**
   * Of the first output that has them, in the order of the examples: the most probable classes behind a softmax, 0 or 1 behind a
   * sigmoid, `[count * positions]`. Null unless `predictions` is true and the loss defines them.
   */
  readonly predictions: Int32Array | null;
  readonly count: number;
}

/**
 * Disposes the batches, which may differ in size.
 *
 * @throws TrainingError without batches, for a batch that does not fit the model, or for a `topK` that is not a whole number of
 *   at least 1.
 *
 * @example const { accuracy, topKAccuracy } = await evaluate(model, batches(images, { batchSize: 128 }), { topK: 5 });
 */
export async function evaluate(
  model: tfl.LayersModel,
  batches: Batches,
  { loss: lossOption, topK, predictions = false, onBatch = () => undefined }: EvaluateOptions = {},
): Promise<Evaluation> {
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1))
    throw new TrainingError(`topK must be a whole number of at least 1, not ${topK}`);
  const wanted: Wanted = { loss: modelLoss(model, lossOption), topK: topK ?? 1, predictions };
  const sums = { loss: 0, correct: 0, inTopK: 0, count: 0 };
  const predicted: number[] = [];
  for await (const batch of batches) {
    const measured = await measure(model, wanted, batch);
    const size = batchSize(batch);
    sums.loss += measured.loss;
    sums.correct += measured.correct;
    sums.inTopK += measured.inTopK;
    sums.count += size;
    for (const each of measured.predictions) predicted.push(each);
    onBatch(size);
  }
  const { count } = sums;
  if (count === 0) throw new TrainingError("batches is empty: pass at least one minibatch to evaluate on");
  return {
    loss: sums.loss / count,
    accuracy: sums.correct / count,
    error: 1 - sums.correct / count,
    topKAccuracy: topK === undefined ? null : sums.inTopK / count,
    predictions: predictions && wanted.loss.predict !== null ? Int32Array.from(predicted) : null,
    count,
  };
}

/** What a pass computes. */
interface Wanted {
  readonly loss: ModelLoss;
  readonly topK: number;
  readonly predictions: boolean;
}

/** Sums over a batch. */
interface Measured {
  readonly loss: number;
  readonly correct: number;
  readonly inTopK: number;
  readonly predictions: ArrayLike<number> & Iterable<number>;
}

/** Disposes the batch. */
async function measure(model: tfl.LayersModel, wanted: Wanted, batch: Batch): Promise<Measured> {
  let results: readonly tf.Tensor[] = [];
  try {
    const { loss, topK, predictions } = wanted;
    checkBatch(model, batch, loss.losses);
    const purpose = JSON.stringify(["evaluate", loss.key, topK, predictions]);
    results = cachedForModel(model, purpose, () => measureFunction(model, wanted))(batch);
    const [sums, predicted] = await Promise.all(results.map((result) => result.data()));
    const [sum = Number.NaN, correct = 0, inTopK = 0] = sums ?? [];
    if (Number.isNaN(sum)) await checkLabels(model, batch, loss.losses);
    return { loss: sum, correct, inTopK, predictions: predicted ?? [] };
  } finally {
    tf.dispose([...results]);
    disposeBatch(batch);
  }
}

function measureFunction(model: tfl.LayersModel, { loss, topK, predictions }: Wanted): ModelFunction {
  const pass = { mode: "eval", dropout: false, outputHooks: {}, inputHooks: {} } as const;
  return modelFunction(model, (inputs, targets) => {
    const outputs = runModel(model, inputs, { ...pass, finalActivations: loss.finalActivations });
    const correct = loss.countCorrect(outputs, targets);
    const inTopK = topK === 1 ? correct : loss.countInTopK(outputs, targets, topK);
    const sums = tf.stack([tf.sum(loss.perExample(outputs, targets)), correct, inTopK]);
    return predictions && loss.predict !== null ? [sums, loss.predict(outputs)] : [sums];
  });
}
