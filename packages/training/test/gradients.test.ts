/** Gradients, compared with finite differences of the loss and with training by tfjs-layers. */

import { randomizeWeights } from "@repo/testing/random-architecture";
import { useBackend } from "@secateur/backend";
import { modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import {
  type Batch,
  forward,
  lossAndGradients,
  type Mode,
  sgd,
  softmaxCrossEntropy,
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

const makeBatch = (): Batch<tf.Tensor, tf.Tensor> => ({
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
  const weights = modelGraph(model).weights;
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

describe("compared with tfjs-layers", () => {
  it("the softmax of forward is the model's prediction", () => {
    const model = network();
    const { xs, ys } = makeBatch();
    const [ours, theirs] = tf.tidy(() => [
      tf.softmax(forward(model, xs)[0] as tf.Tensor).dataSync(),
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
      const classes = tf.cast(ys, "float32"); // tfjs-layers expects float32
      await theirs.trainOnBatch(xs, classes);
      tf.dispose([xs, ys, classes]);
      await trainStep(ours, optimizer, makeBatch());
    }
    const expected = modelGraph(theirs).weights;
    for (const [name, weight] of modelGraph(ours).weights) {
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

  it("lossAndGradients does not change the moving averages", () => {
    const model = network();
    const before = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    const batch = makeBatch();
    const { loss, correct, gradients } = lossAndGradients(model, batch);
    expect(model.getWeights().map((weight) => Array.from(weight.dataSync()))).toEqual(before);
    tf.dispose([batch.xs, batch.ys, loss, correct, gradients]);
    model.dispose();
  });

  it("returns gradients of exactly the trainable weights", () => {
    const model = network();
    model.getLayer("c1").trainable = false;
    const batch = makeBatch();
    const { loss, correct, gradients } = lossAndGradients(model, batch);
    expect(Object.keys(gradients)).toEqual(["c0/kernel", "bn0/gamma", "bn0/beta", "out/kernel", "out/bias"]);
    tf.dispose([batch.xs, batch.ys, loss, correct, gradients]);
    model.dispose();
  });
});

it("gradients equal those of the cpu backend", async () => {
  const model = network();
  const batch = makeBatch();
  const onWasm = lossAndGradients(model, batch);
  const expected = Object.entries(onWasm.gradients).map(([name, { shape }]) => [name, shape] as const);
  const values = Object.values(onWasm.gradients).map((gradient) => Array.from(gradient.dataSync()));
  const [loss = Number.NaN] = onWasm.loss.dataSync();
  await useBackend("cpu");
  const onCpu = lossAndGradients(model, batch);
  expect(onCpu.loss).toBeAllClose([loss]);
  for (const [i, [name, shape]] of expected.entries()) {
    expect(onCpu.gradients[name]?.shape).toEqual(shape);
    expect(onCpu.gradients[name]?.dataSync() ?? [], name).toBeAllClose(values[i] ?? [], {
      rtol: 1e-3,
      atol: 1e-5,
    });
  }
  for (const result of [onWasm, onCpu]) tf.dispose([result.loss, result.correct, result.gradients]);
  await useBackend("wasm");
  tf.dispose([batch.xs, batch.ys]);
  model.dispose();
});

describe("options", () => {
  it("only the requested weights; unknown ones are refused", () => {
    const model = network();
    const batch = makeBatch();
    const { loss, correct, gradients } = lossAndGradients(model, batch, { weights: ["out/bias"] });
    expect(Object.keys(gradients)).toEqual(["out/bias"]);
    expect(() => lossAndGradients(model, batch, { weights: ["bn0/moving_mean"] })).toThrow(
      '"bn0/moving_mean" is a moving average: it has no gradient',
    );
    tf.dispose([batch.xs, batch.ys, loss, correct, gradients]);
    model.dispose();
  });

  it("batches that do not fit are refused and leave no tensors behind", () => {
    const model = network();
    const [{ xs, ys }, wrong] = [makeBatch(), tf.zeros([6, 4])];
    const score = (batch: Batch<tf.Tensor, tf.Tensor>) => () =>
      lossAndGradients(model, batch, { updateMovingAverages: true });
    const before = Array.from(modelGraph(model).weights.get("bn0/moving_mean")?.read().dataSync() ?? []);
    const labels = "the labels (ys) are [6,4]; give classes [6] or probabilities [6, 3]";
    expect(score({ xs, ys: wrong })).toThrow(labels);
    expect(score({ xs: wrong, ys })).toThrow(
      /the batch \(xs\) is \[6,4\], but model "\w+" takes \[batch,6,6,2\]/,
    );
    expect(modelGraph(model).weights.get("bn0/moving_mean")?.read().dataSync() ?? []).toBeAllClose(before, {
      rtol: 0,
    });
    tf.dispose([xs, ys, wrong]);
    model.dispose();
  });

  it("moving averages change with updateMovingAverages", () => {
    const model = network();
    const batch = makeBatch();
    const average = (): number[] =>
      Array.from(modelGraph(model).weights.get("bn0/moving_mean")?.read().dataSync() ?? []);
    const before = average();
    const { loss, correct, gradients } = lossAndGradients(model, batch, { updateMovingAverages: true });
    const convolution = tf.tidy(() => {
      const kernel = modelGraph(model).weights.get("c0/kernel")?.read() as tf.Tensor4D;
      return Array.from(tf.mean(tf.conv2d(batch.xs as tf.Tensor4D, kernel, 1, "same"), [0, 1, 2]).dataSync());
    });
    expect(average()).toBeAllClose(before.map((old, i) => 0.99 * old + 0.01 * Number(convolution[i])));
    tf.dispose([batch.xs, batch.ys, loss, correct, gradients]);
    model.dispose();
  });

  it("soft labels and smoothed labels: loss = (1-s)·loss + s/C·Σ loss of each class", () => {
    const model = network();
    const measure = (ys: tf.Tensor, labelSmoothing = 0): number => {
      const xs = tf.randomNormal([6, 6, 6, 2], 0, 1, "float32", 21);
      const { loss, correct, gradients } = lossAndGradients(
        model,
        { xs, ys },
        { loss: softmaxCrossEntropy({ labelSmoothing }) },
      );
      const [value = Number.NaN] = loss.dataSync();
      tf.dispose([xs, ys, loss, correct, gradients]);
      return value;
    };
    const classes = [0, 1, 2, 0, 1, 2];
    const plain = measure(tf.tensor1d(classes, "int32"));
    const oneHot = classes.map((label) => [0, 1, 2].map((other) => (other === label ? 1 : 0)));
    expect(measure(tf.tensor2d(oneHot))).toBeCloseTo(plain, 6);
    const all = [0, 1, 2].map((label) => measure(tf.fill([6], label, "int32")));
    const expected = 0.9 * plain + (0.1 / 3) * all.reduce((a, b) => a + b, 0);
    expect(measure(tf.tensor1d(classes, "int32"), 0.1)).toBeCloseTo(expected, 5);
    model.dispose();
  });

  it("a hooked gate's gradient is γ·∂γ + β·∂β", () => {
    const model = network();
    const batch = makeBatch();
    const { loss, correct, gradients } = lossAndGradients(model, batch);
    const labels = tf.tidy(() => tf.cast(tf.oneHot(batch.ys as tf.Tensor1D, 3), "float32"));
    const ofGate = tf.grad((gate: tf.Tensor) => {
      const outputHooks = { bn0: (x: tf.Tensor) => tf.mul(x, gate) };
      const [scores] = forward(model, batch.xs, { mode: "train", outputHooks });
      return tf.mean(tf.losses.softmaxCrossEntropy(labels, scores as tf.Tensor));
    });
    const weights = modelGraph(model).weights;
    const found = tf.tidy(() => ofGate(tf.ones([4])).dataSync());
    const expected = tf.tidy(() => {
      const product = (name: string): tf.Tensor =>
        tf.mul(weights.get(name)?.read() ?? 0, gradients[name] ?? 0);
      return tf.add(product("bn0/gamma"), product("bn0/beta")).dataSync();
    });
    expect(found).toBeAllClose(expected, { rtol: 1e-4 });
    tf.dispose([batch.xs, batch.ys, loss, correct, gradients, labels]);
    model.dispose();
  });
});
