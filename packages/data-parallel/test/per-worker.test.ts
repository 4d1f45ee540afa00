/** A team whose workers normalise by their own parts, against the same by hand. */
import { modelGraph } from "@secateur/model-graph";
import { lossAndGradients, sgd, softmaxCrossEntropy, trainStep } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { computePart } from "../src/compute-part.ts";
import { startTeam } from "../src/index.ts";
import { sharedFloats } from "../src/shared-floats.ts";
import { sizeOf, weightLayout } from "../src/weight-layout.ts";
import {
  copyWeights,
  disposeNetwork,
  makeBatch,
  plainNetwork,
  residualNetwork,
  valuesOf,
} from "./networks.ts";

describe("a team with statistics per worker", () => {
  it("takes the share-weighted mean of gradients and statistics of the parts", async () => {
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
      const part = {
        xs: tf.slice(batch.xs, start, size),
        ys: tf.slice(batch.ys, start, size),
      };
      const { gradients, loss, correct } = lossAndGradients(byHand, part, { updateMovingAverages: true });
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
      tf.dispose([part.xs, part.ys, gradients, loss, correct]);
    }
    const team = await startTeam(model, { workers: 2, statistics: "per-worker" });
    await team.trainStep(sgd({ learningRate: 0.1 }), batch);
    await team.dispose();
    for (const [name, values] of Object.entries(valuesOf(model))) {
      expect(values, name).toBeAllClose(expected[name] ?? [], { rtol: 1e-4, atol: 1e-5 });
    }
    disposeNetwork(model);
    disposeNetwork(byHand);
  });
});

describe("a model without batch normalisation", () => {
  // What is frozen changes the order of a model's weights; the workers' copies have an order of their own.
  it("trains like one process, with layers frozen before the start and thawed between steps", async () => {
    const [shared, alone] = [plainNetwork(), plainNetwork()];
    const freeze = (isFrozen: boolean): void => {
      for (const { layers } of [shared, alone])
        for (const layer of layers.slice(0, 1)) layer.trainable = !isFrozen;
    };
    freeze(true);
    const start = valuesOf(shared);
    const team = await startTeam(shared, { workers: 2 });
    const [one, other] = [sgd({ learningRate: 0.1 }), sgd({ learningRate: 0.1 })];
    const step = async (): Promise<void> => {
      const expected = trainStep(alone, one, makeBatch(1, 7, [4]));
      const result = await team.trainStep(other, makeBatch(1, 7, [4]));
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
    const thawed = valuesOf(shared);
    expect(thawed["hidden/kernel"]).not.toEqual(start["hidden/kernel"]);
    freeze(true);
    await step();
    expect(valuesOf(shared)["hidden/kernel"]).toEqual(thawed["hidden/kernel"]);
    await team.dispose();
    for (const model of [shared, alone]) disposeNetwork(model);
  });
});

describe("computePart", () => {
  it("leaves no tensors behind", () => {
    const model = residualNetwork();
    const layout = weightLayout(model);
    const [weights, results] = [sharedFloats(sizeOf(layout)), sharedFloats(sizeOf(layout))];
    const memory = { layout, weights, results };
    const task = {
      xs: [{ values: sharedFloats(3 * 72), shape: [3, 6, 6, 2], dtype: "float32" }],
      ys: [{ values: sharedFloats(3), shape: [3], dtype: "int32" }],
      losses: [String(softmaxCrossEntropy().key)],
      trained: ["out/kernel"],
    } as const;
    computePart(model, memory, task);
    const before = tf.memory().numTensors;
    expect(computePart(model, memory, task).loss).toBeCloseTo(Math.log(3), 5);
    expect(tf.memory().numTensors).toBe(before);
    disposeNetwork(model);
  });
});
