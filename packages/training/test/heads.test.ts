/** Heads: the activation is found behind layers that only change the shape, and the loss follows it. */
import { randomizeWeights } from "@repo/testing/random-architecture";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, describe, expect, it } from "vitest";
import {
  evaluate,
  forward,
  headLosses,
  type LossOption,
  lossAndGradients,
  meanSquaredError,
  softmaxCrossEntropy,
  TrainingError,
} from "../src/index.ts";

type Tensor = tfl.SymbolicTensor;
type Build = (x: Tensor) => Tensor | Tensor[];

const { layers } = tfl;
const models: tfl.LayersModel[] = [];
afterEach(() => {
  for (const model of models.splice(0)) disposeModel(model);
});

/** Images [4, 4, 2]. */
function network(build: Build): tfl.LayersModel {
  const x = tfl.input({ shape: [4, 4, 2], name: "image" });
  const model = tfl.model({ name: "net", inputs: x, outputs: build(x) });
  randomizeWeights(model, 4);
  models.push(model);
  return model;
}

/** The layers are made anew for every network. */
const chain =
  (make: () => readonly tfl.layers.Layer[]): ((x: Tensor) => Tensor) =>
  (x) =>
    make().reduce((y, layer) => layer.apply(y) as Tensor, x);
const conv = (filters: number, activation: "softmax" | "sigmoid" | "linear", kernelSize = 1) =>
  layers.conv2d({ name: "conv", filters, kernelSize, activation });
const softmax = () => layers.activation({ activation: "softmax" });
const images = (): tf.Tensor4D => tf.randomNormal([3, 4, 4, 2], 0, 1, "float32", 5);
const int = (values: readonly number[], shape: number[]): tf.Tensor => tf.tensor([...values], shape, "int32");

/** Mean of -log p of the given rows' classes, from the probabilities that the model itself predicts. */
function crossEntropy(probabilities: Float32Array, classes: readonly number[]): number {
  const width = probabilities.length / classes.length;
  const losses = classes.map((c, row) => -Math.log(Number(probabilities[row * width + c])));
  return losses.reduce((a, b) => a + b) / losses.length;
}

const perPixel = Array.from({ length: 3 * 16 }, (_, i) => (i * 7) % 3);

/** By name: a network of a softmax over 3 classes, and targets. */
const softmaxHeads: Readonly<Record<string, readonly [Build, readonly number[], number[]]>> = {
  "activation, then Reshape": [
    chain(() => [
      layers.globalAveragePooling2d({}),
      layers.reshape({ targetShape: [1, 1, 2] }),
      conv(3, "linear"),
      softmax(),
      layers.reshape({ targetShape: [3] }),
    ]),
    [0, 1, 2],
    [3],
  ],
  "convolution, then Flatten": [chain(() => [conv(3, "softmax", 4), layers.flatten()]), [2, 1, 0], [3]],
  "Dense, then Reshape, Permute and linear": [
    chain(() => [
      layers.flatten(),
      layers.dense({ units: 3, activation: "softmax" }),
      layers.reshape({ targetShape: [1, 3, 1] }),
      layers.permute({ dims: [1, 3, 2] }),
      layers.activation({ activation: "linear" }),
      layers.flatten(),
    ]),
    [0, 2, 1],
    [3],
  ],
  "per pixel": [chain(() => [conv(3, "softmax")]), perPixel, [3, 4, 4]],
  "per pixel, transposed convolution": [
    chain(() => [layers.conv2dTranspose({ filters: 3, kernelSize: 1, activation: "softmax" })]),
    perPixel,
    [3, 4, 4],
  ],
  "per pixel, then rows": [
    chain(() => [conv(3, "softmax"), layers.reshape({ targetShape: [16, 3] })]),
    perPixel,
    [3, 16],
  ],
  "per pixel, then one row": [chain(() => [conv(3, "softmax"), layers.flatten()]), perPixel, [3, 4, 4]],
  nested: [
    (x) => {
      const inner = tfl.input({ shape: [4, 4, 2] });
      const head = tfl.model({ inputs: inner, outputs: chain(() => [conv(3, "softmax", 4)])(inner) });
      return chain(() => [head, layers.reshape({ targetShape: [3] })])(x);
    },
    [1, 1, 0],
    [3],
  ],
};

describe.each(Object.entries(softmaxHeads))("softmax: %s", (_, [build, classes, shape]) => {
  it("cross-entropy is the default, equals the predicted probabilities', and has the gradient of its differences", async () => {
    const model = network(build);
    const [xs, ys] = [images(), int(classes, shape)];
    const probabilities = (): Float32Array =>
      tf.tidy(() => (model.predict(xs) as tf.Tensor).dataSync<"float32">().slice());
    const expected = crossEntropy(probabilities(), classes);
    const step = lossAndGradients(model, { xs, ys }, { mode: "eval" });
    expect(step.loss).toBeAllClose(expected, { rtol: 1e-5 });
    const [weight] = model.trainableWeights;
    if (weight === undefined) throw new Error("a weight expected");
    const gradient = Object.values(step.gradients)[0]?.dataSync() ?? [];
    const original = weight.read().dataSync<"float32">().slice();
    for (const index of [0, original.length - 1]) {
      const lossAt = (by: number): number => {
        const moved = tf.tensor(
          original.map((value, i) => (i === index ? value + by : value)),
          weight.shape as number[],
        );
        weight.write(moved);
        moved.dispose();
        return crossEntropy(probabilities(), classes);
      };
      const slope = (lossAt(1e-2) - lossAt(-1e-2)) / 2e-2;
      lossAt(0);
      expect(Math.abs(slope - Number(gradient[index]))).toBeLessThan(2e-3 * Math.abs(slope) + 5e-5);
    }
    const { loss, accuracy } = await evaluate(model, [{ xs: tf.clone(xs), ys: tf.clone(ys) }]);
    expect(loss).toBeCloseTo(expected, 4);
    const best = Array.from({ length: classes.length }, (_, row) => {
      const values = [...probabilities().slice(row * 3, row * 3 + 3)];
      return values.indexOf(Math.max(...values));
    });
    expect(accuracy).toBeCloseTo(best.filter((c, i) => c === classes[i]).length / classes.length, 5);
    tf.dispose([xs, ys, { ...step }]);
  });

  it("one-hot labels in the output's shape, whole numbers or not, give the same loss", () => {
    const model = network(build);
    const [xs, ys] = [images(), int(classes, shape)];
    const outputShape = (model.outputs[0]?.shape ?? []).map((size) => size ?? 3);
    const oneHot = tf.tidy(() =>
      tf.reshape(tf.oneHot(tf.reshape(ys, [-1]) as tf.Tensor1D, 3, 1, 0, "int32"), outputShape),
    );
    const floats = tf.cast(oneHot, "float32");
    const steps = [ys, oneHot, floats].map((target) =>
      lossAndGradients(model, { xs, ys: target }, { mode: "eval" }),
    );
    const [first, ...others] = steps.map(({ loss, correct }) => [...loss.dataSync(), ...correct.dataSync()]);
    for (const other of others) expect(other).toBeAllClose(first ?? [], { rtol: 1e-6 });
    tf.dispose([xs, ys, oneHot, floats, steps.map((step) => ({ ...step }))]);
  });

  it("forward returns logits in the output's shape", () => {
    const model = network(build);
    const xs = images();
    const logits = forward(model, xs)[0] as tf.Tensor;
    expect(logits.shape.slice(1)).toEqual(model.outputs[0]?.shape.slice(1));
    const probabilities = tf.tidy(() => tf.softmax(tf.reshape(logits, [-1, 3])).dataSync());
    const predicted = model.predict(xs) as tf.Tensor;
    expect(probabilities).toBeAllClose(predicted.dataSync(), { rtol: 1e-4, atol: 1e-6 });
    tf.dispose([xs, logits, predicted]);
  });
});

describe("sigmoid", () => {
  it.each([
    ["convolution", chain(() => [conv(2, "sigmoid")])],
    [
      "transposed convolution",
      chain(() => [layers.conv2dTranspose({ filters: 2, kernelSize: 1, activation: "sigmoid" })]),
    ],
    [
      "depthwise convolution, then Flatten",
      chain(() => [layers.depthwiseConv2d({ kernelSize: 1, activation: "sigmoid" }), layers.flatten()]),
    ],
  ] as const)("%s: binary cross-entropy is the default", (_, build) => {
    const model = network(build);
    const xs = images();
    const [predicted] = [model.predict(xs)].flat() as tf.Tensor[];
    if (predicted === undefined) throw new Error("an output expected");
    const p = predicted.dataSync<"float32">();
    const t = p.map((_, i) => i % 2);
    const ys = tf.tensor(t, predicted.shape);
    const expected =
      p.reduce((sum, value, i) => sum - Math.log(t[i] === 1 ? value : 1 - value), 0) / p.length;
    const step = lossAndGradients(model, { xs, ys }, { mode: "eval" });
    expect(step.loss).toBeAllClose(expected, { rtol: 1e-5 });
    tf.dispose([xs, ys, predicted, { ...step }]);
  });
});

describe("several outputs", () => {
  /** Probabilities, their rows, and a number that a layer computes from the rows. */
  const fork: Build = (x) => {
    const probabilities = chain(() => [conv(3, "softmax", 4)])(x);
    const rows = chain(() => [layers.flatten({ name: "rows" })])(probabilities);
    return [probabilities, rows, chain(() => [layers.dense({ name: "number", units: 1 })])(rows)];
  };

  it("each reads the head as it should: with its activation, unless its own loss includes it", () => {
    const model = network(fork);
    const xs = images();
    const predicted = model.predict(xs) as tf.Tensor[];
    const outputs = predicted.map((output) => [...output.dataSync()]);
    const [p = [], , z = []] = outputs;
    const mse = (values: readonly number[]): number =>
      values.reduce((sum, v) => sum + v * v, 0) / values.length;
    const ce = crossEntropy(Float32Array.from(p), [0, 1, 2]);
    const classes = int([0, 1, 2], [3]);
    const zeros = [tf.zeros([3, 1, 1, 3]), tf.zeros([3, 3]), tf.zeros([3, 1])] as const;
    const lossOf = (loss: LossOption, ys: tf.Tensor[]): number => {
      const step = lossAndGradients(model, { xs, ys }, { mode: "eval", loss });
      const [value = Number.NaN] = step.loss.dataSync<"float32">();
      tf.dispose({ ...step });
      return value;
    };
    const [entropy, square] = [softmaxCrossEntropy(), meanSquaredError()];
    expect(lossOf([square, entropy, square], [zeros[0], classes, zeros[2]])).toBeCloseTo(
      mse(p) + ce + mse(z),
      4,
    );
    const shaped = tf.reshape(classes, [3, 1, 1]);
    expect(lossOf([entropy, square, square], [shaped, zeros[1], zeros[2]])).toBeCloseTo(
      ce + mse(p) + mse(z),
      4,
    );
    expect(lossOf([entropy, entropy, square], [shaped, classes, zeros[2]])).toBeCloseTo(2 * ce + mse(z), 4);
    tf.dispose([xs, classes, shaped, predicted, ...zeros]);
  });

  it("one without softmax or sigmoid needs a loss, by name", () => {
    const model = network(fork);
    expect(() => headLosses(model)).toThrow(TrainingError);
    expect(() => headLosses(model)).toThrow(
      'output "number" of model "net" ends in neither softmax nor sigmoid, so its loss is not known: pass `loss`',
    );
    expect(headLosses(model, meanSquaredError()).map(({ name }) => name)).toEqual([
      "softmax-cross-entropy",
      "softmax-cross-entropy",
      "mean-squared-error",
    ]);
  });
});

it("a softmax over another axis than the last, or before a layer that computes, is no head", () => {
  const swapped = network(chain(() => [conv(3, "softmax"), layers.permute({ dims: [3, 1, 2] })]));
  const pooled = network(chain(() => [conv(3, "softmax"), layers.globalAveragePooling2d({})]));
  const [xs, ys] = [images(), tf.zeros([3, 3])];
  const loss = softmaxCrossEntropy();
  for (const model of [swapped, pooled])
    expect(() => lossAndGradients(model, { xs, ys }, { loss })).toThrow('model "net" must end in a softmax');
  tf.dispose([xs, ys]);
});
