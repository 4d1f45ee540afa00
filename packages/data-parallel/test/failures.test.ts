/** When a worker fails or ends, the step rejects, the model is unchanged, and no worker waits forever. */
import { NonFiniteLossError, sgd } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";
import { DataParallelError, startWorkerPool } from "../src/index.ts";
import { exitsAt, Fuse, throwsAt } from "./fuse.ts";
import { disposeNetwork, makeBatch, plainNetwork, valuesOf } from "./networks.ts";

const modules = [new URL("./fuse.ts", import.meta.url).href];

/** The fuse precedes batch normalisation, where the other worker waits when the fuse blows. */
function fusedNetwork(): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.inputLayer({ inputShape: [4] }),
      new Fuse({ name: "fuse" }),
      tfl.layers.batchNormalization({ name: "bn" }),
      tfl.layers.dense({ name: "out", units: 3, activation: "softmax" }),
    ],
  });
}

const batchWith = (first: number) => ({
  xs: tf.tensor2d([first, ...Array.from({ length: 23 }, (_, i) => Math.sin(i))], [6, 4]),
  ys: tf.zeros([6], "int32"),
});

it("after an error the pool can be used further; after the end of a thread it cannot", async () => {
  const model = fusedNetwork();
  const pool = await startWorkerPool(model, { workers: 2, modules });
  const optimizer = sgd({ learningRate: 0.1 });
  const before = valuesOf(model);
  await expect(pool.trainStep(optimizer, batchWith(throwsAt))).rejects.toThrow(
    new DataParallelError("worker 0 failed: the fuse is blown"),
  );
  expect(valuesOf(model)).toEqual(before);
  expect((await pool.trainStep(optimizer, batchWith(1))).loss).toBeGreaterThan(0);

  const alive = valuesOf(model);
  const ended = "worker 0 ended (code 3): dispose this worker pool and start another";
  await expect(pool.trainStep(optimizer, batchWith(exitsAt))).rejects.toThrow(new DataParallelError(ended));
  await expect(pool.trainStep(optimizer, batchWith(1))).rejects.toThrow(new DataParallelError(ended));
  expect(valuesOf(model)).toEqual(alive);
  await pool.dispose();
  disposeNetwork(model);
});

it("one bad number, which ReLU turns into 0 on wasm, rejects the step and changes nothing", async () => {
  const model = plainNetwork();
  const pool = await startWorkerPool(model, { workers: 2 });
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
  const before = valuesOf(model);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const step = pool.trainStep(optimizer, batchWith(value), { step: 3 });
    await expect(step).rejects.toThrow(NonFiniteLossError);
    await expect(step).rejects.toThrow("at step 3");
  }
  expect(valuesOf(model)).toEqual(before);
  expect(optimizer.state()).toEqual({});
  expect((await pool.trainStep(optimizer, batchWith(1))).loss).toBeGreaterThan(0);
  await pool.dispose();
  optimizer.dispose();
  disposeNetwork(model);
});

it("unsupported requests are refused with a message", async () => {
  const model = plainNetwork();
  const optimizer = sgd({ learningRate: 0.1 });
  await expect(startWorkerPool(model, { workers: 0 })).rejects.toThrow(
    "workers must be a whole number, 1 or more, not 0",
  );
  const pool = await startWorkerPool(model, { workers: 2 });
  const uneven = { xs: tf.zeros([4, 4]), ys: tf.zeros([3], "int32") };
  await expect(pool.trainStep(optimizer, uneven)).rejects.toThrow("same number of examples");
  await expect(pool.trainStep(optimizer, makeBatch(1, 4, [5]))).rejects.toThrow("the batch (xs) is [2,5]");
  const label = { xs: tf.zeros([4, 4]), ys: tf.tensor1d([0, 1, 9, 1], "int32") };
  await expect(pool.trainStep(optimizer, label)).rejects.toThrow("one label is 9");
  const first = pool.trainStep(optimizer, makeBatch(1, 4, [4]));
  await expect(pool.trainStep(optimizer, makeBatch(1, 4, [4]))).rejects.toThrow("is busy");
  await first;
  const last = pool.trainStep(optimizer, makeBatch(1, 4, [4]));
  await Promise.all([expect(last).rejects.toThrow("ended"), pool.dispose()]);
  await expect(pool.trainStep(optimizer, makeBatch(1, 4, [4]))).rejects.toThrow("is disposed");
  disposeNetwork(model);
});

it("an unregistered layer class is named", async () => {
  const model = fusedNetwork();
  await expect(startWorkerPool(model, { workers: 1 })).rejects.toThrow(/worker 0 failed: .*Fuse/);
  disposeNetwork(model);
});
