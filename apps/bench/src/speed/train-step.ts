/** One ResNet-20 training step: wasm with our kernels, and tfjs's stock cpu backend with tfjs-layers' own step. */
import { useBackend } from "@secateur/backend";
import { createModel } from "@secateur/models";
import { sgd, trainStep } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { markdown } from "./markdown.ts";
import { median } from "./median.ts";

export interface StepTime {
  readonly what: string;
  readonly batch: number;
  /** Milliseconds a step; measured with a smaller batch and scaled where `measuredBatch` is smaller. */
  readonly ms: number;
  readonly measuredBatch: number;
}

const batchSize = 128;
/** A step of 128 images would take the cpu backend minutes; its time is proportional to the batch. */
const cpuBatchSize = 2;

export async function measureTrainSteps(repeats: number): Promise<readonly StepTime[]> {
  await useBackend("wasm");
  const ours = trainingTimes(batchSize, repeats);
  await useBackend("cpu");
  const [theirs = Number.NaN] = await stockTimes(cpuBatchSize, 1);
  await useBackend("wasm");
  return [
    { what: "wasm, Secateur", batch: batchSize, ms: median(ours), measuredBatch: batchSize },
    {
      what: "cpu, stock tfjs-layers",
      batch: batchSize,
      ms: (theirs * batchSize) / cpuBatchSize,
      measuredBatch: cpuBatchSize,
    },
  ];
}

function trainingTimes(batch: number, repeats: number): readonly number[] {
  const model = createModel("resnet20");
  const optimizer = sgd({ learningRate: 0.01, momentum: 0.9 });
  const times = Array.from({ length: repeats + 1 }, () => {
    const images = { xs: tf.randomNormal([batch, 32, 32, 3]), ys: tf.zeros([batch], "int32") };
    const start = performance.now();
    trainStep(model, optimizer, images);
    return performance.now() - start;
  });
  optimizer.dispose();
  model.dispose();
  return times.slice(1); // the first one warms up
}

async function stockTimes(batch: number, repeats: number): Promise<readonly number[]> {
  const model = createModel("resnet20");
  const optimizer = tf.train.momentum(0.01, 0.9);
  model.compile({ optimizer, loss: "categoricalCrossentropy" });
  const [xs, ys] = [
    tf.randomNormal([batch, 32, 32, 3]),
    tf.tidy(() => tf.oneHot(tf.zeros([batch], "int32"), 10)),
  ];
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await model.trainOnBatch(xs, ys);
    times.push(performance.now() - start);
  }
  tf.dispose([xs, ys]);
  optimizer.dispose();
  model.dispose();
  return times;
}

export function formatSteps(steps: readonly StepTime[]): string {
  const fastest = Math.min(...steps.map(({ ms }) => ms));
  const body = steps.map(({ what, batch, ms, measuredBatch }) => [
    what,
    `${(ms / fastest).toFixed(0)}×`,
    ms.toFixed(0),
    measuredBatch === batch ? "" : `measured with ${measuredBatch} images, scaled to ${batch}`,
  ]);
  return markdown(["engine", "time, relative", "ms a step", "note"], body);
}
