/** Does memory stay flat while training? */
import process from "node:process";
import { createModel } from "@secateur/models";
import { sgd, trainStep } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { markdown } from "./markdown.ts";

export interface MemorySample {
  readonly step: number;
  readonly tensors: number;
  readonly tensorBytes: number;
  readonly rssMegabytes: number;
}

/** ResNet-20 with small batches: as many operations a step as with large ones, and soon done. */
export function measureMemory(steps: number, onStep: () => void): readonly MemorySample[] {
  const model = createModel("resnet20");
  const optimizer = sgd({ learningRate: 0.01, momentum: 0.9 });
  const samples: MemorySample[] = [];
  for (let step = 1; step <= steps; step++) {
    trainStep(model, optimizer, { xs: tf.randomNormal([8, 32, 32, 3]), ys: tf.zeros([8], "int32") });
    onStep();
    if (step % Math.max(1, Math.floor(steps / 10)) !== 0) continue;
    const { numTensors, numBytes } = tf.memory();
    samples.push({
      step,
      tensors: numTensors,
      tensorBytes: numBytes,
      rssMegabytes: Math.round(process.memoryUsage.rss() / 2 ** 20),
    });
  }
  optimizer.dispose();
  model.dispose();
  return samples;
}

export function formatMemory(samples: readonly MemorySample[]): string {
  const body = samples.map(({ step, tensors, tensorBytes, rssMegabytes }) =>
    [step, tensors, tensorBytes, rssMegabytes].map(String),
  );
  return markdown(["step", "tensors", "bytes in tensors", "RSS, MiB"], body);
}
