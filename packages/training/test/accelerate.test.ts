/** Training by tfjs-layers gives the same results with and without `accelerate`. */
import { randomizeWeights } from "@repo/testing/random-architecture";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";
import { accelerate } from "../src/index.ts";

function network(): tfl.LayersModel {
  const block = tfl.sequential({
    name: "block",
    layers: [
      tfl.layers.conv2d({ name: "c1", filters: 5, kernelSize: 3, padding: "same", inputShape: [8, 8, 4] }),
      tfl.layers.batchNormalization({ name: "bn1", momentum: 0.8 }),
      tfl.layers.reLU(),
    ],
  });
  const model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({ name: "c0", filters: 4, kernelSize: 3, padding: "same", inputShape: [8, 8, 2] }),
      tfl.layers.batchNormalization({ name: "bn0", momentum: 0.9 }),
      tfl.layers.reLU(),
      block,
      tfl.layers.globalAveragePooling2d({}),
      tfl.layers.dense({ name: "d0", units: 6 }),
      tfl.layers.batchNormalization({ name: "bn2" }),
      tfl.layers.dense({ name: "out", units: 3, activation: "softmax" }),
    ],
  });
  randomizeWeights(model, 7);
  return model;
}

async function train(model: tfl.LayersModel): Promise<readonly number[]> {
  const optimizer = tf.train.sgd(0.05);
  model.compile({ optimizer, loss: "categoricalCrossentropy" });
  const losses: number[] = [];
  for (let step = 0; step < 4; step++) {
    const xs = tf.randomNormal([12, 8, 8, 2], 0, 1, "float32", step + 1);
    const ys = tf.tidy(() => tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2], "int32"), 3));
    losses.push(Number(await model.trainOnBatch(xs, ys)));
    tf.dispose([xs, ys]);
  }
  optimizer.dispose();
  return losses;
}

it("losses, weights and moving averages equal those of the stock layers", async () => {
  const [stock, fast] = [network(), accelerate(accelerate(network()))];
  expect(await train(fast)).toBeAllClose(await train(stock), { rtol: 1e-4 });
  for (const [i, weight] of stock.getWeights().entries()) {
    expect(fast.getWeights()[i]).toBeAllClose(weight, { rtol: 1e-3, atol: 1e-5 });
  }
  const x = tf.randomNormal([2, 8, 8, 2], 0, 1, "float32", 9);
  const [a, b] = [stock.predict(x) as tf.Tensor, fast.predict(x) as tf.Tensor];
  expect(b).toBeAllClose(a, { rtol: 1e-3, atol: 1e-5 });
  tf.dispose([x, a, b]);
  tf.disposeVariables(); // model.dispose() does not dispose a nested model
});

it("layers without γ or without β train; stock layers crash", async () => {
  const model = accelerate(
    tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 4, inputShape: [3] }),
        tfl.layers.batchNormalization({ scale: false }),
        tfl.layers.batchNormalization({ center: false }),
        tfl.layers.dense({ units: 2, activation: "softmax" }),
      ],
    }),
  );
  const optimizer = tf.train.sgd(0.1);
  model.compile({ optimizer, loss: "categoricalCrossentropy" });
  const [xs, ys] = [
    tf.randomNormal([4, 3], 0, 1, "float32", 1),
    tf.tensor2d([0, 1, 1, 0, 0, 1, 1, 0], [4, 2]),
  ];
  expect(Number(await model.trainOnBatch(xs, ys))).toBeGreaterThan(0);
  tf.dispose([xs, ys]);
  optimizer.dispose();
  model.dispose();
});
