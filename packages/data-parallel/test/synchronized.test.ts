/** A worker pool with synchronised statistics computes the same as a single process. */
import { fit, type LossAndGradients, NonFiniteLossError, sgd, trainStep } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWorkerPool, type WorkerPool } from "../src/index.ts";
import { copyWeights, disposeNetwork, makeBatch, residualNetwork, valuesOf } from "./networks.ts";

const tolerance = { rtol: 1e-4, atol: 1e-5 };

describe.each([2, 3])("%i workers", (workers) => {
  let alone: tfl.LayersModel;
  let shared: tfl.LayersModel;
  let start: tfl.LayersModel;
  let pool: WorkerPool;
  beforeAll(async () => {
    [alone, shared, start] = [residualNetwork(), residualNetwork(), residualNetwork()];
    pool = await startWorkerPool(shared, { workers });
  });
  afterAll(async () => {
    await pool.dispose();
    for (const model of [alone, shared, start]) disposeNetwork(model);
  });
  const reset = (): void => {
    copyWeights(start, alone);
    copyWeights(start, shared);
  };

  // 11 examples do not split evenly; 2 and 1 leave workers without examples.
  it.each([11, 2, 1])("take the same steps with batches of %i", async (size) => {
    reset();
    const makeOptimizer = () => sgd({ learningRate: 0.02, momentum: 0.9, weightDecay: 1e-3 });
    const [one, other] = [makeOptimizer(), makeOptimizer()];
    for (let step = 0; step < 3; step++) {
      const gradients: Record<string, Float32Array>[] = [];
      const observe = (observed: LossAndGradients): void => {
        const values = Object.entries(observed.gradients).map(([name, g]) => [name, g.dataSync().slice()]);
        gradients.push({
          ...Object.fromEntries(values),
          loss: observed.loss.dataSync(),
          correct: observed.correct.dataSync(),
        });
      };
      const options = { labelSmoothing: 0.1, step, observe };
      const expected = await trainStep(alone, one, makeBatch(step + 1, size), options);
      const result = await pool.trainStep(other, makeBatch(step + 1, size), options);
      expect(result.loss).toBeAllClose(expected.loss, tolerance);
      expect(result.accuracy).toBeCloseTo(expected.accuracy, 6);
      const [expectedGradients = {}, observed = {}] = gradients;
      expect(Object.keys(observed)).toEqual(Object.keys(expectedGradients));
      for (const [name, values] of Object.entries(expectedGradients)) {
        expect(observed[name] ?? [], name).toBeAllClose(values, { rtol: 1e-4, atol: 1e-4 });
      }
      const weights = valuesOf(shared);
      for (const [name, values] of Object.entries(valuesOf(alone))) {
        expect(weights[name] ?? [], name).toBeAllClose(values, tolerance);
      }
    }
    one.dispose();
    other.dispose();
  });

  it("leave frozen layers as they are, batch normalisation included", async () => {
    reset();
    const freeze = (isFrozen: boolean): void => {
      for (const model of [alone, shared])
        for (const name of ["twice", "stem"]) model.getLayer(name).trainable = !isFrozen;
    };
    freeze(true);
    const [one, other] = [sgd({ learningRate: 0.1 }), sgd({ learningRate: 0.1 })];
    const before = valuesOf(shared);
    const expected = await trainStep(alone, one, makeBatch(1, 7));
    expect((await pool.trainStep(other, makeBatch(1, 7))).loss).toBeAllClose(expected.loss, tolerance);
    freeze(false);
    const after = valuesOf(shared);
    for (const [name, values] of Object.entries(valuesOf(alone))) {
      expect(after[name] ?? [], name).toBeAllClose(values, tolerance);
      if (/^(twice|stem)\//.test(name)) expect(after[name], name).toEqual(before[name]);
      else expect(after[name], name).not.toEqual(before[name]);
    }
    one.dispose();
    other.dispose();
  });

  it("leave the model unchanged when the loss is not finite, and can be used further", async () => {
    reset();
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
    const before = valuesOf(shared);
    const xs = tf.fill([5, 6, 6, 2], Number.NaN);
    const step = pool.trainStep(optimizer, { xs, ys: tf.zeros([5], "int32") }, { step: 7 });
    await expect(step).rejects.toThrow(NonFiniteLossError);
    await expect(step).rejects.toThrow("at step 7");
    expect(valuesOf(shared)).toEqual(before);
    expect(optimizer.state()).toEqual({});
    expect((await pool.trainStep(optimizer, makeBatch(1, 5))).loss).toBeGreaterThan(0);
    optimizer.dispose();
  });

  it("take the steps of `fit`", async () => {
    reset();
    const epoch = (): readonly ReturnType<typeof makeBatch>[] => [makeBatch(1, 7), makeBatch(2, 6)];
    const run = async (takeStep?: WorkerPool["trainStep"]): Promise<readonly number[]> => {
      const optimizer = sgd({ learningRate: 0.02 });
      const model = takeStep === undefined ? alone : shared;
      const losses: number[] = [];
      for await (const event of fit(model, epoch, { optimizer, epochs: 2, ...(takeStep && { takeStep }) })) {
        losses.push(event.loss);
      }
      return losses;
    };
    const expected = await run();
    expect(await run(pool.trainStep)).toBeAllClose(expected, tolerance);
  });
});
