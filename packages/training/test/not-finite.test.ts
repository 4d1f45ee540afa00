/** One bad number in a minibatch: the step refuses, on engines whose ReLU turns NaN into 0 as well, and nothing changes. */
import { randomizeWeights } from "@repo/testing/random-architecture";
import { disposeModel, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import {
  type Batch,
  lossAndGradients,
  NonFiniteLossError,
  type Optimizer,
  sgd,
  trainStep,
} from "../src/index.ts";

/** Convolution, ReLU and max pooling, with or without batch normalisation. */
function network(normalized: boolean): tfl.LayersModel {
  const model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({ name: "c", filters: 4, kernelSize: 3, inputShape: [8, 8, 2] }),
      ...(normalized ? [tfl.layers.batchNormalization({ name: "b" })] : []),
      tfl.layers.reLU(),
      tfl.layers.maxPooling2d({ poolSize: 2 }),
      tfl.layers.flatten(),
      tfl.layers.dense({ name: "d", units: 3, activation: "softmax" }),
    ],
  });
  randomizeWeights(model, 1);
  return model;
}

function batchWith(pixel: number): Batch<tf.Tensor, tf.Tensor> {
  const pixels = Float32Array.from({ length: 4 * 8 * 8 * 2 }, (_, i) => Math.sin(i));
  pixels[77] = pixel;
  return { xs: tf.tensor4d(pixels, [4, 8, 8, 2]), ys: tf.tensor1d([0, 1, 2, 0], "int32") };
}

const valuesOf = (model: tfl.LayersModel): readonly number[][] =>
  [...modelGraph(model).weights.values()].map((weight) => [...weight.read().dataSync()]);

const stateOf = (optimizer: Optimizer): unknown => {
  const state = optimizer.state();
  const values = Object.entries(state).map(([key, tensor]) => [key, [...tensor.dataSync()]]);
  tf.dispose({ ...state });
  return values;
};

describe.each([true, false])("with batch normalisation: %s", (normalized) => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "a pixel of %s",
    async (pixel) => {
      const model = network(normalized);
      const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
      await trainStep(model, optimizer, batchWith(0));
      const [before, state] = [valuesOf(model), stateOf(optimizer)];
      const step = (): Promise<unknown> => trainStep(model, optimizer, batchWith(pixel), { step: 5 });
      await expect(step()).rejects.toThrow(NonFiniteLossError);
      await expect(step()).rejects.toThrow(
        "at step 5: there is NaN or Infinity in the inputs (xs); the weights are unchanged",
      );
      expect(valuesOf(model)).toEqual(before);
      expect(stateOf(optimizer)).toEqual(state);
      expect((await trainStep(model, optimizer, batchWith(0))).loss).toBeGreaterThan(0);
      optimizer.dispose();
      disposeModel(model);
    },
  );
});

it("a gradient that overflows where the loss is finite is named", async () => {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ name: "first", units: 1, useBias: false, inputShape: [1] }),
      tfl.layers.dense({ name: "second", units: 2, activation: "softmax", useBias: false }),
    ],
  });
  const values = [tf.tensor2d([[1e-30]]), tf.tensor2d([[1e30, -1e30]])];
  model.setWeights(values);
  const batch = (): Batch => ({ xs: tf.tensor2d([[1e10]]), ys: tf.tensor1d([1], "int32") });
  // logits 1e10 and -1e10; ∂L/∂first = 1e10 · 2e30 overflows.
  const optimizer = sgd({ learningRate: 0.1 });
  await expect(trainStep(model, optimizer, batch())).rejects.toThrow(
    'there is NaN or Infinity in the gradient of "first/kernel"',
  );
  expect(valuesOf(model)).toEqual([[expect.closeTo(1e-30, 35)], [Math.fround(1e30), Math.fround(-1e30)]]);
  tf.dispose(values);
  optimizer.dispose();
  disposeModel(model);
});

it("lossAndGradients reports NaN as the loss", () => {
  const model = network(true);
  const [good, bad] = [batchWith(1), batchWith(Number.NaN)];
  const steps = [good, bad].map((batch) => lossAndGradients(model, batch));
  expect(steps.map(({ loss }) => Number.isFinite(loss.dataSync()[0]))).toEqual([true, false]);
  tf.dispose([good.xs, good.ys, bad.xs, bad.ys, steps.map((step) => ({ ...step }))]);
  disposeModel(model);
});
