/** Loss and accuracy over a data set, in mode "eval": batch normalisation uses its moving averages, dropout is off. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, type Batches, batchSize, checkBatch, disposeBatch } from "./batch.ts";
import { TrainingError } from "./errors.ts";
import { runModel } from "./forward/run-calls.ts";
import { cachedForModel, type ModelFunction, modelFunction } from "./gradients/model-function.ts";
import { type LossOption, type ModelLoss, modelLoss } from "./losses/model-loss.ts";

export interface EvaluateOptions {
  /** A list of one loss per output for several outputs. Default: cross-entropy behind softmax, binary cross-entropy behind sigmoid. */
  readonly loss?: LossOption | undefined;
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
  readonly count: number;
}

/**
 * Disposes the batches, which may differ in size.
 *
 * @throws TrainingError without batches, or for a batch that does not fit the model.
 *
 * @example const { accuracy } = await evaluate(model, batches(images, { batchSize: 128 }));
 */
export async function evaluate(
  model: tfl.LayersModel,
  batches: Batches,
  { loss: lossOption, onBatch = () => undefined }: EvaluateOptions = {},
): Promise<Evaluation> {
  const checkedLoss = modelLoss(model, lossOption);
  let [loss, correct, count] = [0, 0, 0];
  for await (const batch of batches) {
    const [batchLoss, batchCorrect] = await measure(model, checkedLoss, batch);
    const size = batchSize(batch);
    loss += batchLoss;
    correct += batchCorrect;
    count += size;
    onBatch(size);
  }
  if (count === 0) throw new TrainingError("batches is empty: pass at least one minibatch to evaluate on");
  return { loss: loss / count, accuracy: correct / count, error: 1 - correct / count, count };
}

/** The summed loss, and the number of correct predictions. Disposes the batch. */
async function measure(
  model: tfl.LayersModel,
  loss: ModelLoss,
  batch: Batch,
): Promise<readonly [number, number]> {
  let measured: tf.Tensor | undefined;
  try {
    checkBatch(model, batch, loss.losses);
    [measured] = cachedForModel(model, `evaluate ${loss.key}`, () => measureFunction(model, loss))(batch);
    const [sum = Number.NaN, correct = 0] = (await measured?.data<"float32">()) ?? [];
    return [sum, correct];
  } finally {
    measured?.dispose();
    disposeBatch(batch);
  }
}

function measureFunction(model: tfl.LayersModel, loss: ModelLoss): ModelFunction {
  const pass = { mode: "eval", dropout: false, outputHooks: {}, inputHooks: {} } as const;
  return modelFunction(model, (inputs, targets) => {
    const outputs = runModel(model, inputs, { ...pass, finalActivations: loss.finalActivations });
    return [tf.stack([tf.sum(loss.perExample(outputs, targets)), loss.countCorrect(outputs, targets)])];
  });
}
