/** Trains the smaller network: on the outputs of the unpruned one, and on labels where there are any. */
import { createRandom, shuffle } from "@secateur/base";
import type { Progress } from "@secateur/command-line";
import {
  type Batch,
  cosine,
  distillation,
  fit,
  headLosses,
  type LossOption,
  meanSquaredError,
  sgd,
  type UnlabelledBatch,
  withTeacher,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { inParts } from "../images/image-set.ts";

export interface FineTuneOptions {
  readonly original: tfl.LayersModel;
  readonly epochs: number;
  readonly seed: number;
  /** Of the images to train on. */
  readonly indices: readonly number[];
  readonly batchSize: number;
  readonly batchOf: (indices: readonly number[]) => UnlabelledBatch;
  readonly hasLabels: boolean;
}

/** Changes `smaller`. */
export async function fineTune(
  smaller: tfl.LayersModel,
  options: FineTuneOptions,
  progress: Progress,
): Promise<void> {
  const { epochs, indices, batchSize } = options;
  const stepsPerEpoch = Math.ceil(indices.length / batchSize);
  const task = progress.task("Training", stepsPerEpoch * epochs);
  const { loss, teach } = teaching(options);
  const optimizer = sgd({ learningRate: 1e-3, momentum: 0.9 });
  const events = fit(smaller, (epoch) => teach(batchesOf(options, epoch)), {
    optimizer,
    epochs,
    schedule: cosine(),
    stepsPerEpoch,
    loss,
  });
  let last = "";
  for await (const event of events) {
    last = `loss ${event.loss.toPrecision(3)}`;
    if (event.type === "step") task.advance(1, last);
  }
  optimizer.dispose();
  task.done(last);
}

function* batchesOf(
  { indices, seed, batchSize, batchOf }: FineTuneOptions,
  epoch: number,
): Generator<UnlabelledBatch> {
  const order = shuffle(Int32Array.from(indices), createRandom(seed, epoch));
  for (const part of inParts([...order], batchSize)) yield batchOf(part);
}

/** Distillation for a classifier; other networks repeat the outputs of the unpruned one. */
function teaching({ original, hasLabels }: FineTuneOptions): {
  readonly loss: LossOption;
  readonly teach: (batches: Iterable<UnlabelledBatch>) => AsyncIterable<Batch>;
} {
  const isClassifier = headLosses(original, meanSquaredError()).every(
    ({ includes }) => includes === "softmax",
  );
  const each = isClassifier ? distillation(hasLabels ? {} : { weight: 1 }) : meanSquaredError();
  const loss = original.outputs.length === 1 ? each : original.outputs.map(() => each);
  return {
    loss,
    teach: (batches) => (isClassifier ? withTeacher(original, batches) : repeatOutputs(original, batches)),
  };
}

async function* repeatOutputs(
  original: tfl.LayersModel,
  batches: Iterable<UnlabelledBatch>,
): AsyncGenerator<Batch> {
  for (const { xs, ys } of batches) {
    tf.dispose(ys);
    yield { xs, ys: original.predict(xs) };
  }
}
