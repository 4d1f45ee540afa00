/** A worker pool with per-worker statistics, compared with the same computation by hand. */
import { modelGraph } from "@secateur/model-graph";
import { lossAndGradients, sgd, softmaxCrossEntropy, trainStep } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { computeShard } from "../src/compute-shard.ts";
import { startWorkerPool } from "../src/index.ts";
import { sharedFloats } from "../src/shared-floats.ts";
import { layoutSize, weightLayout } from "../src/weight-layout.ts";
import {
  copyWeights,
  disposeNetwork,
  makeBatch,
  plainNetwork,
  residualNetwork,
  valuesOf,
} from "./networks.ts";

describe("a worker pool with per-worker statistics", () => {
  it("computes the share-weighted mean of the shards' gradients and statistics", async () => {
    const [model, byHand] = [residualNetwork(), residualNetwork()];
    const before = valuesOf(model);
    const expected = Object.fromEntries(
      Object.entries(before).map(([name, v]) => [name, new Float64Array(v)]),
    );
    const batch = makeBatch(3, 7);
    for (const [start, size] of [
      [0, 4],
      [4, 3],
    ] as const) {
      copyWeights(model, byHand);
      const shard = {
        xs: tf.slice(batch.xs, start, size),
        ys: tf.slice(batch.ys, start, size),
      };
      const { gradients, loss, correct } = lossAndGradients(byHand, shard, { updateMovingAverages: true });
      for (const [name, weight] of modelGraph(byHand).weights) {
        const change = gradients[name]?.dataSync().map((g) => -0.1 * g);
        const moved = weight
          .read()
          .dataSync()
          .map((value, i) => value - (before[name]?.[i] ?? 0));
        (change ?? moved).forEach((value, i) => {
          const values = expected[name];
          if (values !== undefined) values[i] = (values[i] ?? 0) + (value * size) / 7;
        });
      }
      tf.dispose([shard.xs, shard.ys, gradients, loss, correct]);
    }
    const pool = await startWorkerPool(model, { workers: 2, statistics: "per-worker" });
    await pool.trainStep(sgd({ learningRate: 0.1 }), batch);
    await pool.dispose();
    for (const [name, values] of Object.entries(valuesOf(model))) {
      expect(values, name).toBeAllClose(expected[name] ?? [], { rtol: 1e-4, atol: 1e-5 });
    }
    disposeNetwork(model);
    disposeNetwork(byHand);
  });
});

it("draws the masks of dropout as the seed says, others for every worker", async () => {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dropout({ rate: 0.5, inputShape: [40] }),
      tfl.layers.dense({ units: 3, activation: "softmax" }),
    ],
  });
  const optimizer = sgd({ learningRate: 0 });
  const pool = await startWorkerPool(model, { workers: 2, statistics: "per-worker" });
  const lossWith = async (seed?: number): Promise<number> => {
    const same = { xs: tf.ones([2, 40]), ys: tf.tensor1d([0, 0], "int32") }; // one example for each worker
    return (await pool.trainStep(optimizer, same, { seed })).loss;
  };
  const first = await lossWith(1);
  expect(await lossWith(1)).toBe(first);
  expect(await lossWith(2)).not.toBe(first);
  expect(await lossWith()).not.toBe(await lossWith());
  await pool.dispose();
  optimizer.dispose();
  model.dispose();
});

describe("a model without batch normalisation", () => {
  // Freezing a layer changes the order of a model's weights; the workers' copies may have another order.
  it("trains like a single process, with layers frozen before the start and unfrozen between steps", async () => {
    const [shared, alone] = [plainNetwork(), plainNetwork()];
    const freeze = (isFrozen: boolean): void => {
      for (const { layers } of [shared, alone])
        for (const layer of layers.slice(0, 1)) layer.trainable = !isFrozen;
    };
    freeze(true);
    const start = valuesOf(shared);
    const pool = await startWorkerPool(shared, { workers: 2 });
    const [one, other] = [sgd({ learningRate: 0.1 }), sgd({ learningRate: 0.1 })];
    const step = async (): Promise<void> => {
      const expected = await trainStep(alone, one, makeBatch(1, 7, [4]));
      const result = await pool.trainStep(other, makeBatch(1, 7, [4]));
      expect(result.loss).toBeAllClose(expected.loss, { rtol: 1e-4 });
      const values = valuesOf(shared);
      for (const [name, each] of Object.entries(valuesOf(alone))) {
        expect(values[name] ?? [], name).toBeAllClose(each, { rtol: 1e-4, atol: 1e-5 });
      }
    };
    await step();
    expect(valuesOf(shared)["hidden/kernel"]).toEqual(start["hidden/kernel"]);
    expect(valuesOf(shared)["out/kernel"]).not.toEqual(start["out/kernel"]);
    freeze(false);
    await step();
    const unfrozen = valuesOf(shared);
    expect(unfrozen["hidden/kernel"]).not.toEqual(start["hidden/kernel"]);
    freeze(true);
    await step();
    expect(valuesOf(shared)["hidden/kernel"]).toEqual(unfrozen["hidden/kernel"]);
    await pool.dispose();
    for (const model of [shared, alone]) disposeNetwork(model);
  });
});

describe("computeShard", () => {
  it("leaves no tensors behind", async () => {
    const model = residualNetwork();
    const layout = weightLayout(model);
    const [weights, results] = [sharedFloats(layoutSize(layout)), sharedFloats(layoutSize(layout))];
    const memory = { layout, weights, results };
    const task = {
      xs: [{ values: sharedFloats(3 * 72), shape: [3, 6, 6, 2], dtype: "float32" }],
      ys: [{ values: sharedFloats(3), shape: [3], dtype: "int32" }],
      losses: [String(softmaxCrossEntropy().key)],
      trained: ["out/kernel"],
      frozen: [],
      seed: undefined,
    } as const;
    await computeShard(model, memory, task);
    const before = tf.memory().numTensors;
    expect((await computeShard(model, memory, task)).loss).toBeCloseTo(Math.log(3), 5);
    expect(tf.memory().numTensors).toBe(before);
    disposeNetwork(model);
  });
});
