/** Models of many kinds: Sequential, shared layers, nested models, dropout, normalisation over any axis. */

import { randomizeWeights } from "@repo/testing/random-architecture";
import { disposeModel, trainableWeights } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { evaluate, forward, lossAndGradients, sgd, softmaxCrossEntropy, trainStep } from "../src/index.ts";

type Symbol = tfl.SymbolicTensor;

const dense = (name: string, units: number, activation: "relu" | "softmax" | "linear" = "linear") =>
  tfl.layers.dense({ name, units, activation });
const norm = (name: string) => tfl.layers.batchNormalization({ name, momentum: 0.9 });

/** Functions, because some tests train two models of the same names. */
const builds: Readonly<Record<string, () => tfl.LayersModel>> = {
  sequential: () => {
    const model = tfl.sequential({ layers: [tfl.layers.dense({ name: "a", units: 6, inputShape: [5] })] });
    model.add(norm("n"));
    model.add(dense("b", 4));
    model.add(tfl.layers.softmax());
    return model;
  },
  "softmax as an activation": () => {
    const x = tfl.input({ shape: [5] });
    const y = dense("b", 4).apply(norm("n").apply(dense("a", 6).apply(x)));
    return tfl.model({
      inputs: x,
      outputs: tfl.layers.activation({ activation: "softmax" }).apply(y) as Symbol,
    });
  },
  "shared layers": () => {
    const x = tfl.input({ shape: [5] });
    const [layer, shared] = [dense("a", 5), norm("n")];
    const once = shared.apply(layer.apply(x));
    const twice = shared.apply(layer.apply(once));
    const sum = tfl.layers.add().apply([once as Symbol, twice as Symbol]);
    return tfl.model({ inputs: x, outputs: dense("out", 4, "softmax").apply(sum) as Symbol });
  },
  "a nested model": () => {
    const inner = tfl.input({ shape: [5] });
    const block = tfl.model({
      name: "block",
      inputs: inner,
      outputs: norm("n").apply(dense("a", 5, "relu").apply(inner)) as Symbol,
    });
    const x = tfl.input({ shape: [5] });
    const y = block.apply(block.apply(x)); // and shared
    return tfl.model({ inputs: x, outputs: dense("out", 4, "softmax").apply(y) as Symbol });
  },
  "a nested model at the end": () => {
    const head = tfl.sequential({ name: "head" });
    head.add(tfl.layers.dense({ name: "a", units: 6, inputShape: [5] }));
    head.add(norm("n"));
    head.add(dense("out", 4, "softmax"));
    const model = tfl.sequential();
    model.add(tfl.layers.activation({ activation: "tanh", inputShape: [5] }));
    model.add(head);
    return model;
  },
  "the same softmax in the middle and at the end": () => {
    const x = tfl.input({ shape: [4] });
    const layer = dense("out", 4, "softmax");
    return tfl.model({ inputs: x, outputs: layer.apply(norm("n").apply(layer.apply(x))) as Symbol });
  },
  "ReLU6 as a layer and as an activation": () => {
    const model = tfl.sequential({
      layers: [tfl.layers.dense({ name: "a", units: 200, activation: "relu", inputShape: [5] })],
    });
    model.add(dense("b", 30)); // sums of 200: some are above 6
    model.add(tfl.layers.reLU({ maxValue: 6 }));
    model.add(norm("m"));
    model.add(dense("c", 30));
    model.add(tfl.layers.activation({ activation: "relu6" }));
    model.add(norm("n"));
    model.add(dense("out", 4, "softmax"));
    return model;
  },
  "zero padding before convolutions, once with another reader": () => {
    const x = tfl.input({ shape: [5] });
    const pixels = tfl.layers.reshape({ targetShape: [3, 4, 2] }).apply(dense("a", 24).apply(x)) as Symbol;
    const pad = (padding: [[number, number], [number, number]]) => tfl.layers.zeroPadding2d({ padding });
    const conv = (name: string, strides: number) =>
      tfl.layers.conv2d({ name, filters: 3, kernelSize: 2, strides, padding: "valid" });
    const first = pad([
      [1, 0],
      [2, 3],
    ]).apply(pixels);
    const middle = norm("n").apply(conv("b", 2).apply(first));
    const second = pad([
      [0, 1],
      [1, 0],
    ]).apply(middle);
    const all = tfl.layers
      .concatenate()
      .apply([conv("c", 1).apply(second), second].map((y) => tfl.layers.flatten().apply(y) as Symbol));
    return tfl.model({ inputs: x, outputs: dense("out", 4, "softmax").apply(all) as Symbol });
  },
  "zero padding before max pooling, with and without a ReLU before": () => {
    const x = tfl.input({ shape: [5] });
    const pixels = tfl.layers.reshape({ targetShape: [3, 4, 2] }).apply(dense("a", 24).apply(x)) as Symbol;
    const pooled = (y: Symbol): Symbol => {
      const padded = tfl.layers
        .zeroPadding2d({
          padding: [
            [1, 1],
            [0, 1],
          ],
        })
        .apply(y);
      return tfl.layers
        .flatten()
        .apply(tfl.layers.maxPooling2d({ poolSize: 2, strides: [2, 1] }).apply(padded)) as Symbol;
    };
    const positive = tfl.layers.reLU().apply(pixels) as Symbol;
    const all = tfl.layers.concatenate().apply([pooled(pixels), pooled(positive)]);
    return tfl.model({ inputs: x, outputs: dense("out", 4, "softmax").apply(all) as Symbol });
  },
  "batch normalisation without scale and centre": () => {
    const model = tfl.sequential({ layers: [tfl.layers.dense({ name: "a", units: 6, inputShape: [5] })] });
    model.add(tfl.layers.batchNormalization({ name: "n", scale: false, center: false }));
    model.add(dense("out", 4, "softmax"));
    return model;
  },
};

/** tfjs-layers crashes when it trains these. */
const noReference = ["batch normalisation without scale and centre"];

function make(name: string): tfl.LayersModel {
  const model = builds[name]?.();
  if (model === undefined) throw new Error(`no build "${name}"`);
  randomizeWeights(model, 7);
  return model;
}

const batchFor = (model: tfl.LayersModel) => ({
  xs: tf.randomNormal([8, Number(model.inputs[0]?.shape[1])], 0, 1, "float32", 3),
  ys: tf.tensor1d([0, 1, 2, 3, 0, 1, 2, 3], "int32"),
});

const numbers = (model: tfl.LayersModel): number[][] =>
  model.weights.map((weight) => Array.from(weight.read().dataSync()));

describe.each(Object.keys(builds))("%s", (name) => {
  it("computes the same as predict", () => {
    const model = make(name);
    const { xs, ys } = batchFor(model);
    const [ours, theirs] = tf.tidy(() => [
      tf.softmax(forward(model, xs)[0] as tf.Tensor).dataSync(),
      (model.predict(xs) as tf.Tensor).dataSync(),
    ]);
    // Of small probabilities too: a softmax squashes differences of logits.
    expect(ours ?? []).toBeAllClose(theirs ?? [], { rtol: 1e-3, atol: 1e-30 });
    tf.dispose([xs, ys]);
    disposeModel(model);
  });

  it("is not changed by lossAndGradients", () => {
    const model = make(name);
    const before = numbers(model);
    const batch = batchFor(model);
    const { loss, correct, gradients } = lossAndGradients(model, batch);
    expect(numbers(model)).toEqual(before);
    expect(Object.keys(gradients)).toEqual([...trainableWeights(model).keys()]);
    tf.dispose([batch.xs, batch.ys, loss, correct, gradients]);
    disposeModel(model);
  });

  it.skipIf(noReference.includes(name))("trains like trainOnBatch", async () => {
    const [ours, theirs] = [make(name), make(name)];
    const plain = tf.train.sgd(0.05);
    theirs.compile({ optimizer: plain, loss: "sparseCategoricalCrossentropy" });
    const optimizer = sgd({ learningRate: 0.05 });
    for (let i = 0; i < 3; i++) {
      const { xs, ys } = batchFor(theirs);
      const classes = tf.cast(ys, "float32"); // tfjs-layers expects float32
      await theirs.trainOnBatch(xs, classes);
      tf.dispose([xs, ys, classes]);
      await trainStep(ours, optimizer, batchFor(ours));
    }
    const [found, expected] = [numbers(ours), numbers(theirs)];
    for (const [i, weight] of ours.weights.entries()) {
      expect(found[i] ?? [], weight.originalName).toBeAllClose(expected[i] ?? [], { rtol: 1e-3, atol: 2e-5 });
    }
    optimizer.dispose();
    plain.dispose();
    disposeModel(ours);
    disposeModel(theirs);
  });
});

describe.each([
  ["the first of two axes behind the batch", [3, 4], 1],
  ["the last of two", [3, 4], -1],
  ["the first of three", [3, 2, 4], 1],
] as const)("normalisation over %s", (_, shape, axis) => {
  it("is (x - μ) / √(σ² + ε) of that axis", () => {
    const layer = tfl.layers.batchNormalization({ name: "n", axis, epsilon: 0.01, inputShape: [...shape] });
    const model = tfl.sequential({ layers: [layer, tfl.layers.flatten()] });
    const x = tf.randomNormal([5, ...shape], 1, 2, "float32", 4);
    const at = (axis + x.rank) % x.rank;
    const others = [...x.shape.keys()].filter((i) => i !== at);
    const [ours, expected] = tf.tidy(() => {
      const { mean, variance } = tf.moments(x, others, true);
      const y = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 0.01)));
      return [forward(model, x, { mode: "train" })[0]?.dataSync(), y.dataSync()];
    });
    expect(ours ?? []).toBeAllClose(expected ?? [], { rtol: 1e-4, atol: 1e-5 });
    x.dispose();
    model.dispose();
  });
});

describe("a pass disposes tensors after their last reader", () => {
  /** Runs the model and returns the names of hooked outputs that were disposed when the last layer ran. */
  function seen(layers: readonly tfl.layers.Layer[], touch: (x: tf.Tensor) => tf.Tensor = (x) => x) {
    const x = tfl.input({ shape: [5] });
    const chain = layers.reduce((y, layer) => layer.apply(y) as Symbol, x as Symbol);
    const sum = tfl.layers.add().apply([chain, layers[0]?.output as Symbol]);
    const model = tfl.model({ inputs: x, outputs: dense("out", 4, "softmax").apply(sum) as Symbol });
    const given = tf.ones([3, 5]);
    const tensors = new Map<string, tf.Tensor>();
    const see =
      ({ name }: tfl.layers.Layer) =>
      (tensor: tf.Tensor) => {
        tensors.set(name, tensor);
        return touch(tensor);
      };
    const disposed: string[] = [];
    const last = (tensor: tf.Tensor): tf.Tensor => {
      for (const [name, each] of tensors) if (each.isDisposed) disposed.push(name);
      return tensor;
    };
    const outputHooks = Object.fromEntries(layers.map((layer) => [layer.name, see(layer)]));
    tf.dispose(forward(model, given, { outputHooks, inputHooks: { out: last } }));
    expect(given.isDisposed).toBe(false);
    tf.dispose([given, ...tensors.values()]);
    disposeModel(model);
    return disposed;
  }

  it("but not those that another layer still reads", () => {
    expect(seen([dense("a", 5), dense("b", 5), dense("c", 5)])).toEqual(["a", "b", "c"]);
    expect(seen([dense("a", 5), dense("b", 5)])).toEqual(["a", "b"]);
  });

  it("nor those that a layer returned unchanged, or a hook keeps", () => {
    const dropout = tfl.layers.dropout({ name: "d", rate: 0.5 });
    expect(seen([dense("a", 5), dropout, dense("b", 5)])).toEqual(["a", "d", "b"]);
    expect(seen([dense("a", 5), dense("b", 5)], tf.keep)).toEqual([]);
  });
});

it("dropout is on in training only", () => {
  const model = tfl.sequential({
    layers: [tfl.layers.dropout({ rate: 0.5, seed: 1, inputShape: [1000] })],
  });
  const x = tf.ones([1, 1000]);
  const run = (mode: "train" | "eval"): ReadonlySet<number> =>
    new Set(tf.tidy(() => forward(model, x, { mode })[0]?.dataSync()));
  expect(run("eval")).toEqual(new Set([1]));
  expect(run("train")).toEqual(new Set([0, 2]));
  x.dispose();
});

it("a layer that is added to a Sequential runs", () => {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 3, inputShape: [2] })] });
  const x = tf.ones([1, 2]);
  const width = (): number => tf.tidy(() => forward(model, x)[0]?.shape[1] ?? 0);
  expect(width()).toBe(3);
  model.add(tfl.layers.dense({ units: 5 }));
  expect(width()).toBe(5);
  x.dispose();
  model.dispose();
});

it.each([-1, 4, 1.5, Number.NaN])("refuses label %d of 4 classes", async (label) => {
  const model = builds["sequential"]?.() as tfl.LayersModel;
  const batch = () => ({ xs: tf.ones([2, 5]), ys: tf.tensor1d([1, label]) });
  const problem = `one label is ${label}, but the model's 4 classes are 0 to 3`;
  const optimizer = sgd({ learningRate: 1 });
  await expect(trainStep(model, optimizer, batch())).rejects.toThrow(problem);
  await expect(evaluate(model, [batch()])).rejects.toThrow(problem);
  const unread = batch();
  const { loss, correct, gradients } = lossAndGradients(model, unread);
  expect((await loss.data())[0]).toBeNaN();
  tf.dispose([unread.xs, unread.ys, loss, correct, gradients]);
  disposeModel(model);
});

it("names what cannot be trained", () => {
  const x = tfl.input({ shape: [2] });
  const relu = tfl.layers.reLU().apply(x) as Symbol;
  const twoOutputs = tfl.model({ name: "fork", inputs: x, outputs: [x, relu] });
  const image = tfl.sequential({ name: "image", layers: [tfl.layers.reLU({ inputShape: [2, 2, 1] })] });
  const [flat, square] = [tf.ones([1, 2]), tf.ones([1, 2, 2, 1])];
  const loss = softmaxCrossEntropy();
  const train = (model: tfl.LayersModel, xs: tf.Tensor) => () =>
    lossAndGradients(model, { xs, ys: xs }, { loss });
  expect(train(twoOutputs, flat)).toThrow(
    '"fork" has 2 outputs and 1 loss: give a list of one loss per output',
  );
  expect(train(image, square)).toThrow('"image" must end in a softmax');
  tf.dispose([flat, square]);
});

it("weights of equal names in a nested model have their own paths", () => {
  const layers = [tfl.layers.dense({ name: "d", units: 2, inputShape: [2] })];
  const inner = tfl.sequential({ name: "inner", layers });
  const model = tfl.sequential({ layers: [tfl.layers.dense({ name: "d", units: 2, inputShape: [2] })] });
  model.add(inner);
  model.add(tfl.layers.softmax());
  const batch = { xs: tf.ones([2, 2]), ys: tf.tensor1d([0, 1], "int32") };
  const { loss, correct, gradients } = lossAndGradients(model, batch);
  expect(Object.keys(gradients)).toEqual(["d/kernel", "d/bias", "inner/d/kernel", "inner/d/bias"]);
  tf.dispose([batch.xs, batch.ys, loss, correct, gradients]);
  disposeModel(model);
});

it("in evaluation a deeper layer finds no more tensors than the first one", () => {
  const depth = 5;
  const layers = Array.from({ length: depth }, (_, i) => [
    tfl.layers.conv2d({ name: `conv${i}`, filters: 3, kernelSize: 3, inputShape: [6, 6, 3] }),
    norm(`norm${i}`),
    tfl.layers.reLU({ name: `relu${i}` }),
    tfl.layers.zeroPadding2d({ padding: 1, name: `pad${i}` }),
  ]);
  const model = tfl.sequential({ layers: [...layers.flat(), tfl.layers.flatten(), dense("out", 2)] });
  const x = tf.zeros([2, 6, 6, 3]);
  const counts: number[] = [];
  const count = (tensor: tf.Tensor): tf.Tensor => {
    counts.push(tf.memory().numTensors);
    return tensor;
  };
  const outputHooks = Object.fromEntries(layers.map((_, i) => [`relu${i}`, count]));
  tf.dispose([x, forward(model, x, { outputHooks })]);
  expect(counts).toHaveLength(depth);
  expect(new Set(counts).size).toBe(1);
  disposeModel(model);
});
