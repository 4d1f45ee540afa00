/** Loss and accuracy over a data set, with the moving statistics. */
import { softmaxCrossEntropy } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, type Batches, checkBatch } from "./batch.ts";
import { TrainingError } from "./errors.ts";
import { checkEndsInSoftmax } from "./final-softmax.ts";
import { forward } from "./forward.ts";
import { modelFunction, onceForModel } from "./model-function.ts";
import { countCorrect, targets } from "./targets.ts";

export interface Evaluation {
  /** Mean cross-entropy over all examples. */
  readonly loss: number;
  /** Share that is right, 0..1. */
  readonly accuracy: number;
  /** 1 - accuracy. */
  readonly error: number;
  readonly count: number;
}

/**
 * The model must end in a softmax. Disposes the batches; the last may be smaller.
 *
 * @param onBatch is told how many examples were added.
 */
export async function evaluate(
  model: tfl.LayersModel,
  batches: Batches,
  onBatch: (count: number) => void = () => undefined,
): Promise<Evaluation> {
  checkEndsInSoftmax(model);
  let [loss, correct, count] = [0, 0, 0];
  for await (const batch of batches) {
    const size = batch.xs.shape[0] ?? 0;
    const [batchLoss, batchCorrect] = measureAndDispose(model, batch);
    loss += batchLoss;
    correct += batchCorrect;
    count += size;
    onBatch(size);
  }
  if (count === 0) throw new TrainingError("there are no batches to evaluate on");
  return { loss: loss / count, accuracy: correct / count, error: 1 - correct / count, count };
}

/** The summed loss and how many are right. */
function measureAndDispose(model: tfl.LayersModel, batch: Batch): readonly [number, number] {
  try {
    checkBatch(model, batch);
    const measure = onceForModel(model, "evaluate", () =>
      modelFunction(model, ([xs, ys]) => {
        if (xs === undefined || ys === undefined) throw new TypeError("xs, ys expected");
        const scores = forward(model, xs);
        const losses = softmaxCrossEntropy(scores, targets(ys, scores.shape[1]));
        return [tf.stack([tf.sum(losses), countCorrect(scores, ys)])];
      }),
    );
    const [measured] = measure(batch);
    const [loss = Number.NaN, correct = 0] = measured?.dataSync<"float32">() ?? [];
    measured?.dispose();
    return [loss, correct];
  } finally {
    tf.dispose([batch.xs, batch.ys]);
  }
}
