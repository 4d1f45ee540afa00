/** The gradients, against differences of the loss and against tfjs-layers' own training. */
import { randomizeWeights } from "@repo/testing/random-architecture";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import {
  type Batch,
  logits,
  lossAndGradients,
  type Mode,
  namedWeights,
  sgd,
  trainStep,
} from "../src/index.ts";

/** Smooth everywhere when asked: a difference across a kink of ReLU or max pooling is not the gradient. */
function network({ smooth = false } = {}): tfl.LayersModel {
  const x = tfl.input({ shape: [6, 6, 2], name: "image" });
  const stem = tfl.layers
    .conv2d({ name: "c0", filters: 4, kernelSize: 3, padding: "same", useBias: false })
    .apply(x);
  const bn = tfl.layers.batchNormalization({ name: "bn0" }).apply(stem);
  const relu = (smooth ? tfl.layers.activation({ activation: "tanh" }) : tfl.layers.reLU()).apply(
    bn,
  ) as tfl.SymbolicTensor;
  const inner = tfl.layers
    .conv2d({ name: "c1", filters: 4, kernelSize: 3, padding: "same" })
    .apply(relu) as tfl.SymbolicTensor;
  const sum = tfl.layers.add().apply([relu, inner]);
  const pool = smooth
    ? tfl.layers.averagePooling2d({ poolSize: 2 })
    : tfl.layers.maxPooling2d({ poolSize: 2 });
  const pooled = pool.apply(sum);
  const flat = tfl.layers.flatten().apply(pooled);
  const out = tfl.layers
    .dense({ name: "out", units: 3, activation: "softmax" })
    .apply(flat) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: x, outputs: out });
  randomizeWeights(model, 5);
  return model;
}

const makeBatch = (): Batch => ({
  xs: tf.randomNormal([6, 6, 6, 2], 0, 1, "float32", 21),
  ys: tf.tensor1d([0, 1, 2, 0, 1, 2], "int32"),
});

/** The loss with every weight moved by `step` along `direction`. */
function lossAlong(
  model: tfl.LayersModel,
  direction: Readonly<Record<string, tf.Tensor>>,
  step: number,
  mode: Mode,
): number {
  const weights = namedWeights(model);
  const move = (by: number): void => {
    for (const [name, d] of Object.entries(direction)) {
      const weight = weights.get(name);
      const moved = tf.tidy(() => (weight === undefined ? d : tf.add(weight.read(), tf.mul(d, by))));
      weight?.write(moved);
      moved.dispose();
    }
  };
  move(step);
  const batch = makeBatch();
  const result = lossAndGradients(model, batch, { mode });
  const [value = Number.NaN] = result.loss.dataSync<"float32">();
  tf.dispose([batch.xs, batch.ys, result.loss, result.correct, result.gradients]);
  move(-step);
  return value;
}

describe.each(["train", "eval"] as const)("gradients in mode %s", (mode) => {
  it("equal directional finite differences, weight by weight", () => {
    const model = network({ smooth: true });
    const batch = makeBatch();
    const { loss, correct, gradients } = lossAndGradients(model, batch, { mode });
    for (const [name, gradient] of Object.entries(gradients)) {
      const unit = tf.tidy(() => tf.div(gradient, tf.add(tf.norm(gradient), 1e-12)));
      const [expected = 0] = tf.tidy(() => tf.norm(gradient).dataSync<"float32">());
      const step = 1e-2;
      const slope =
        (lossAlong(model, { [name]: unit }, step, mode) - lossAlong(model, { [name]: unit }, -step, mode)) /
        (2 * step);
      expect(Math.abs(slope - expected), name).toBeLessThan(2e-3 * expected + 5e-4);
      unit.dispose();
    }
    tf.dispose([batch.xs, batch.ys, loss, correct, gradients]);
    model.dispose();
  });
});

describe("beside tfjs-layers", () => {
  it("logits through a softmax are the model's prediction", () => {
    const model = network();
    const { xs, ys } = makeBatch();
    const [ours, theirs] = tf.tidy(() => [
      tf.softmax(logits(model, xs)).dataSync(),
      (model.predict(xs) as tf.Tensor).dataSync(),
    ]);
    expect(ours ?? []).toBeAllClose(theirs ?? [], { rtol: 1e-4 });
    tf.dispose([xs, ys]);
    model.dispose();
  });

  it("three steps give the weights and moving averages of trainOnBatch", async () => {
    const [ours, theirs] = [network(), network()];
    const plain = tf.train.sgd(0.05);
    theirs.compile({ optimizer: plain, loss: "sparseCategoricalCrossentropy" });
    const optimizer = sgd({ learningRate: 0.05 });
    for (let i = 0; i < 3; i++) {
      const { xs, ys } = makeBatch();
      const classes = tf.cast(ys, "float32"); // what tfjs-layers wants
      await theirs.trainOnBatch(xs, classes);
      tf.dispose([xs, ys, classes]);
      trainStep(ours, optimizer, makeBatch());
    }
    const expected = namedWeights(theirs);
    for (const [name, weight] of namedWeights(ours)) {
      const other = expected.get(name)?.read();
      expect(weight.read().dataSync(), name).toBeAllClose(other?.dataSync() ?? [], {
        rtol: 1e-3,
        atol: 2e-5,
      });
    }
    optimizer.dispose();
    plain.dispose();
    ours.dispose();
    theirs.dispose();
  });

  it("scoring does not move the moving averages", () => {
    const model = network();
    const before = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    const batch = makeBatch();
    const { loss, correct, gradients } = lossAndGradients(model, batch);
    expect(model.getWeights().map((weight) => Array.from(weight.dataSync()))).toEqual(before);
    tf.dispose([batch.xs, batch.ys, loss, correct, gradients]);
    model.dispose();
  });

  it("gives a gradient to exactly the weights that train", () => {
    const model = network();
    model.getLayer("c1").trainable = false;
    const batch = makeBatch();
    const { loss, correct, gradients } = lossAndGradients(model, batch);
    expect(Object.keys(gradients)).toEqual(["c0/kernel", "bn0/gamma", "bn0/beta", "out/kernel", "out/bias"]);
    tf.dispose([batch.xs, batch.ys, loss, correct, gradients]);
    model.dispose();
  });
});
