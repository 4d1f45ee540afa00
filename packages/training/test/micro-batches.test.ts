/** Gradient accumulation: what is that of the whole minibatch, what is not, and the closed forms of both. */
import { randomizeWeights } from "@repo/testing/random-architecture";
import { disposeModel, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { type Batch, lossAndGradients, sgd, trainStep } from "../src/index.ts";

const classes = [0, 1, 2, 0, 1, 2, 2];

/** Seven examples: parts of a minibatch in three have 2, 2 and 3. */
const batch = (): Batch => ({
  xs: tf.randomNormal([7, 6, 6, 2], 1, 2, "float32", 4),
  ys: tf.tensor1d(classes, "int32"),
});
const sizes = [2, 2, 3] as const;

function network(normalized: boolean): tfl.LayersModel {
  const model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({ name: "c", filters: 4, kernelSize: 3, inputShape: [6, 6, 2] }),
      ...(normalized ? [tfl.layers.batchNormalization({ name: "n", momentum: 0.75 })] : []),
      tfl.layers.reLU({}),
      tfl.layers.flatten({ name: "f" }),
      tfl.layers.dense({ name: "out", units: 3, activation: "softmax" }),
    ],
  });
  randomizeWeights(model, 3);
  return model;
}

const observed = {
  gates: [{ layer: "f", at: "input" }],
  inputStatistics: ["out"],
} as const;

const numbersOf = (tensor: tf.Tensor): number[] => [...tensor.dataSync()];

describe("a step in micro-batches", () => {
  it("equals the step on the whole minibatch where no layer mixes examples", () => {
    const model = network(false);
    const xy = batch();
    const whole = lossAndGradients(model, xy, observed);
    for (const microBatches of [2, 3, 7]) {
      const parts = lossAndGradients(model, xy, { ...observed, microBatches });
      expect(Object.keys(parts.gradients)).toEqual(Object.keys(whole.gradients));
      for (const kind of ["gradients", "gates", "inputStatistics"] as const)
        for (const [key, value] of Object.entries(parts[kind]))
          expect(value, `${kind} ${key}`).toBeAllClose(whole[kind][key] as tf.Tensor, {
            rtol: 1e-4,
            atol: 1e-5,
          });
      expect(parts.loss).toBeAllClose(whole.loss, { rtol: 1e-5 });
      expect(numbersOf(parts.correct)).toEqual(numbersOf(whole.correct));
      tf.dispose({ ...parts });
    }
    tf.dispose([{ ...whole }, xy.xs, xy.ys]);
    disposeModel(model);
  });

  it("takes the mean gradient of parts that batch normalisation normalises apart, in proportion to their sizes", () => {
    const model = network(true);
    const xy = batch();
    const accumulated = lossAndGradients(model, xy, { microBatches: 3 });
    const expected = new Map<string, Float64Array>();
    for (const [i, size] of sizes.entries()) {
      const start = 2 * i;
      const part = {
        xs: tf.slice(xy.xs as tf.Tensor, start, size),
        ys: tf.slice(xy.ys as tf.Tensor, start, size),
      };
      const alone = lossAndGradients(model, part);
      for (const [path, gradient] of Object.entries(alone.gradients)) {
        const sum = expected.get(path) ?? new Float64Array(gradient.size);
        numbersOf(gradient).forEach((value, at) => {
          sum[at] = Number(sum[at]) + (size / 7) * value;
        });
        expected.set(path, sum);
      }
      tf.dispose([{ ...alone }, part.xs, part.ys]);
    }
    for (const [path, gradient] of Object.entries(accumulated.gradients))
      expect(numbersOf(gradient), path).toBeAllClose([...(expected.get(path) ?? [])], {
        rtol: 1e-4,
        atol: 1e-6,
      });
    const whole = lossAndGradients(model, xy);
    const kernel = "c/kernel";
    const apart = tf.tidy(() =>
      tf.max(tf.abs(tf.sub(whole.gradients[kernel] ?? 0, accumulated.gradients[kernel] ?? 0))).dataSync(),
    );
    expect(apart[0]).toBeGreaterThan(1e-3); // statistics of the parts are not those of the minibatch
    tf.dispose([{ ...accumulated }, { ...whole }, xy.xs, xy.ys]);
    disposeModel(model);
  });

  it("moves the averages once, by mean and variance of all examples", async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.batchNormalization({ name: "n", momentum: 0.75, inputShape: [2] }),
        tfl.layers.dense({ name: "out", units: 3, activation: "softmax" }),
      ],
    });
    const rows = classes.map((_, i) => [i * i - 3, Math.sin(7 * i) + 10]);
    const optimizer = sgd({ learningRate: 0 });
    const xy = { xs: tf.tensor2d(rows), ys: tf.tensor1d(classes, "int32") };
    await trainStep(model, optimizer, xy, { microBatches: 3 });
    for (const channel of [0, 1]) {
      const column = rows.map((row) => Number(row[channel]));
      const mean = column.reduce((a, b) => a + b) / 7;
      const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 7;
      const at = (path: string): number =>
        Number(modelGraph(model).weights.get(path)?.read().dataSync()[channel]);
      expect(at("n/moving_mean")).toBeCloseTo(0.25 * mean, 4);
      expect(at("n/moving_variance")).toBeCloseTo(0.75 + 0.25 * variance, 4);
    }
    optimizer.dispose();
    disposeModel(model);
  });

  it("changes nothing and leaks nothing where a later part is not finite", async () => {
    const model = network(true);
    const before = model.getWeights().map(numbersOf);
    const optimizer = sgd({ learningRate: 0.1 });
    const xs = tf.tidy(() => tf.concat([tf.ones([6, 6, 6, 2]), tf.fill([1, 6, 6, 2], Number.NaN)]));
    const ys = tf.tensor1d(classes, "int32");
    await expect(trainStep(model, optimizer, { xs, ys }, { microBatches: 7 })).rejects.toThrow(
      /the inputs \(xs\)/,
    );
    expect(model.getWeights().map(numbersOf)).toEqual(before);
    optimizer.dispose();
    disposeModel(model);
  });

  it.each([0, 8, 1.5])("refuses %d parts of seven examples", async (microBatches) => {
    const model = network(false);
    const optimizer = sgd({ learningRate: 0.1 });
    await expect(trainStep(model, optimizer, batch(), { microBatches })).rejects.toThrow(
      `microBatches must be a whole number from 1 to the batch's 7 examples, not ${microBatches}`,
    );
    optimizer.dispose();
    disposeModel(model);
  });
});
