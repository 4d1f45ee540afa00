/** A residual network, data that it can learn, and a loop over both that takes a second. */
import { type Batch, type Optimizer, sgd } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import type { PruneEvent } from "../src/index.ts";

export function network(): tfl.LayersModel {
  const x = tfl.input({ shape: [6, 6, 2], name: "image" });
  const init = (seed: number): object => ({ kernelInitializer: tfl.initializers.heNormal({ seed }) });
  const stem = tfl.layers
    .conv2d({ name: "c0", filters: 6, kernelSize: 3, padding: "same", ...init(1) })
    .apply(x);
  const bn = tfl.layers.batchNormalization({ name: "b0" }).apply(stem);
  const relu = tfl.layers.reLU({ name: "r0" }).apply(bn) as tfl.SymbolicTensor;
  const inner = tfl.layers
    .conv2d({ name: "c1", filters: 8, kernelSize: 3, padding: "same", activation: "relu", ...init(2) })
    .apply(relu);
  const back = tfl.layers
    .conv2d({ name: "c2", filters: 6, kernelSize: 1, ...init(3) })
    .apply(inner) as tfl.SymbolicTensor;
  const sum = tfl.layers.add({ name: "sum" }).apply([relu, back]);
  const pooled = tfl.layers.globalAveragePooling2d({ name: "gap" }).apply(sum);
  const out = tfl.layers.dense({ name: "out", units: 2, activation: "softmax", ...init(4) }).apply(pooled);
  return tfl.model({ inputs: x, outputs: out as tfl.SymbolicTensor });
}

/** Is the first channel larger than the second on average? */
export function* data(epoch: number): Generator<Batch> {
  for (let i = 0; i < 10; i++) {
    const xs = tf.randomNormal([16, 6, 6, 2], 0, 1, "float32", 100 * epoch + i + 1);
    const ys = tf.tidy(() => {
      const [first, second] = tf.unstack(tf.mean(xs, [1, 2]), 1);
      return tf.cast(tf.greater(first ?? xs, second ?? xs), "int32");
    });
    yield { xs, ys };
  }
}

export const schedule = { frequency: 4, unitsPerRemoval: 2 };
export const make = (): Optimizer => sgd({ learningRate: 0.05, momentum: 0.9 });
export const values = (model: tfl.LayersModel): number[][] =>
  model.getWeights().map((weight) => Array.from(weight.dataSync()));

export async function collect(events: AsyncIterable<PruneEvent>): Promise<readonly PruneEvent[]> {
  const all: PruneEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

export function last(events: readonly PruneEvent[]): Extract<PruneEvent, { type: "done" }> {
  const event = events.at(-1);
  if (event?.type !== "done") throw new Error("the loop did not end");
  return event;
}
