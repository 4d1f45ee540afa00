/** Models and batches that tfjs-layers accepts: the pass computes the same, or refuses with a sentence. */
import { disposeModel, type GraphTensor, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import {
  type Batch,
  evaluate,
  forward,
  lossAndGradients,
  meanSquaredError,
  runSegment,
  sgd,
  softmaxCrossEntropy,
  TrainingError,
  trainStep,
} from "../src/index.ts";

const dense = (units: number, seed: number, options = {}): tfl.layers.Layer =>
  tfl.layers.dense({ units, kernelInitializer: tfl.initializers.glorotNormal({ seed }), ...options });

/** 4 → 5 → 3, a softmax. */
const classifier = (): tfl.LayersModel =>
  tfl.sequential({
    layers: [
      dense(5, 1, { name: "toString", activation: "relu", inputShape: [4] }),
      dense(3, 2, { name: "out", activation: "softmax" }),
    ],
  });

const images = (seed: number): tf.Tensor => tf.randomNormal([6, 4], 0, 1, "float32", seed);
const classes = (): tf.Tensor1D => tf.tensor1d([0, 1, 2, 0, 1, 2], "int32");

describe("an output that another layer reads", () => {
  it.each(["softmax", "sigmoid"] as const)("is read with its %s", (activation) => {
    const x = tfl.input({ shape: [4] });
    const first = dense(3, 1, { name: "first", activation }).apply(x) as tfl.SymbolicTensor;
    const hidden = dense(4, 2, { name: "hidden", activation: "tanh" }).apply(first);
    const second = dense(2, 3, { name: "second" }).apply(hidden) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: x, outputs: [first, second] });
    const xs = images(1);
    const outputs = forward(model, xs);
    const [probabilities, expected] = model.predict(xs) as tf.Tensor[];
    expect(outputs[1]?.dataSync() ?? []).toBeAllClose(expected?.dataSync() ?? [], { rtol: 1e-5, atol: 1e-6 });
    if (activation === "softmax") {
      const ys = [classes(), tf.zeros([6, 2])];
      const options = { loss: [softmaxCrossEntropy(), meanSquaredError()], mode: "eval" } as const;
      const step = lossAndGradients(model, { xs, ys }, options);
      const truth = tf.tidy(() => {
        const p = tf.sum(tf.mul(probabilities as tf.Tensor, tf.oneHot(classes(), 3)), 1);
        return tf.add(tf.neg(tf.mean(tf.log(p))), tf.mean(tf.square(expected as tf.Tensor)));
      });
      expect(step.loss.dataSync()).toBeAllClose(truth.dataSync(), { rtol: 1e-5 });
      tf.dispose([ys, truth, step.loss, step.correct, step.gradients]);
    }
    tf.dispose([xs, outputs, probabilities as tf.Tensor, expected as tf.Tensor]);
    disposeModel(model);
  });
});

describe("batches", () => {
  it("one-hot labels of any type, and whole-numbered inputs, count as float32", async () => {
    const model = classifier();
    const xs = tf.tidy(() => tf.cast(tf.mul(images(2), 3), "int32"));
    const losses = [];
    for (const type of ["int32", "float32", "bool"] as const)
      losses.push(
        (
          await evaluate(model, [
            { xs: tf.clone(xs), ys: tf.tidy(() => tf.cast(tf.oneHot(classes(), 3), type)) },
          ])
        ).loss,
      );
    losses.push((await evaluate(model, [{ xs: tf.clone(xs), ys: classes() }])).loss);
    expect(new Set(losses).size).toBe(1);
    expect(losses[0]).toBeGreaterThan(0);
    const expected = tf.tidy(() => (model.predict(tf.cast(xs, "float32")) as tf.Tensor).dataSync());
    const logits = forward(model, xs);
    expect(tf.tidy(() => tf.softmax(logits[0] as tf.Tensor).dataSync())).toBeAllClose(expected, {
      rtol: 1e-5,
    });
    tf.dispose([xs, logits]);
    disposeModel(model);
  });

  it("tensors that are disposed are refused with the reason", async () => {
    const model = classifier();
    const batch = { xs: images(2), ys: classes() };
    await evaluate(model, [batch]);
    await expect(evaluate(model, [batch])).rejects.toThrow(
      "the batch (xs) is disposed, as minibatches are after use",
    );
    disposeModel(model);
  });

  it("xs and ys that are no tensors are refused by name, and the tensors of the batch are freed", async () => {
    const model = classifier();
    const optimizer = sgd({ learningRate: 0.1 });
    const refused: readonly (readonly [string, unknown, unknown])[] = [
      [
        "xs must be a tf.Tensor, or a list of one per input, not a list of a list of numbers",
        [[1, 2, 3, 4]],
        classes,
      ],
      [
        "xs must be a tf.Tensor, or a list of one per input, not a Float32Array",
        new Float32Array(24),
        classes,
      ],
      ["xs must be a tf.Tensor, or a list of one per input, not an object with image", { image: 1 }, classes],
      ["xs must be a tf.Tensor, or a list of one per input, not undefined", undefined, classes],
      [
        "ys must be a tf.Tensor, or a list of one per output, not a list of numbers",
        () => images(1),
        [0, 1, 2],
      ],
      [
        "ys must be a tf.Tensor, or a list of one per output, not a Int32Array",
        () => images(1),
        new Int32Array(6),
      ],
      ["ys must be a tf.Tensor, or a list of one per output, not null", () => images(1), null],
      ["xs is a tensor of type string", () => tf.tensor1d(["cat"]), classes],
    ];
    const made = (value: unknown): unknown => (typeof value === "function" ? value() : value);
    for (const [sentence, xs, ys] of refused) {
      const batch = (): Batch => ({ xs: made(xs), ys: made(ys) }) as Batch;
      await expect(trainStep(model, optimizer, batch()), sentence).rejects.toThrow(TrainingError);
      await expect(trainStep(model, optimizer, batch())).rejects.toThrow(sentence);
      await expect(evaluate(model, [batch()])).rejects.toThrow(sentence);
    }
    optimizer.dispose();
    disposeModel(model);
  });

  it("one without examples is refused", async () => {
    const model = classifier();
    const optimizer = sgd({ learningRate: 0.1 });
    const empty = { xs: tf.zeros([0, 4]), ys: tf.tensor1d([], "int32") };
    await expect(trainStep(model, optimizer, empty)).rejects.toThrow("the batch has no examples");
    optimizer.dispose();
    disposeModel(model);
  });
});

it("a weight that does not reach the loss has a gradient of zeros", () => {
  const inside = tfl.input({ shape: [4] });
  const hidden = dense(3, 1, { name: "h" }).apply(inside);
  const ends = ["used", "unused"].map((name, i) => dense(3, 2 + i, { name }).apply(hidden));
  const inner = tfl.model({ name: "inner", inputs: inside, outputs: ends as tfl.SymbolicTensor[] });
  const x = tfl.input({ shape: [4] });
  const [first] = inner.apply(x) as tfl.SymbolicTensor[];
  const out = tfl.layers.softmax().apply(first as tfl.SymbolicTensor) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: x, outputs: out });
  const batch = { xs: images(3), ys: classes() };
  const { gradients, loss, correct } = lossAndGradients(model, batch);
  expect([...(gradients["inner/unused/kernel"]?.dataSync() ?? [])]).toEqual(Array(9).fill(0));
  expect(gradients["inner/used/kernel"]?.dataSync().some((value) => value !== 0)).toBe(true);
  tf.dispose([batch.xs, batch.ys, gradients, loss, correct]);
  disposeModel(model);
});

it("a layer that computes a mask is refused in a segment, because layers after it could need the mask", () => {
  const model = tfl.sequential({
    layers: [tfl.layers.masking({ name: "mask", maskValue: 0, inputShape: [3, 2] }), tfl.layers.flatten()],
  });
  const { calls, inputs, outputs } = modelGraph(model);
  const xs = tf.zeros([1, 3, 2]);
  const run = () => runSegment(calls, new Map([[inputs[0] as GraphTensor, xs]]), outputs);
  expect(run).toThrow(TrainingError);
  expect(run).toThrow('layer "mask" computes a mask, which is not supported where a part of a model runs');
  xs.dispose();
  disposeModel(model);
});

it("a segment returns a tensor that a pass before it did not compute on its own", () => {
  const model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({ name: "conv", filters: 2, kernelSize: 1, inputShape: [2, 2, 1] }),
      tfl.layers.batchNormalization({ name: "bn" }),
    ],
  });
  const { calls, inputs, outputs } = modelGraph(model);
  const xs = tf.ones([1, 2, 2, 1]);
  const between = calls.find(({ path }) => path === "conv")?.outputs[0] as GraphTensor;
  tf.tidy(() => {
    const values = new Map([[inputs[0] as GraphTensor, xs]]);
    const [alone] = runSegment(calls, values, outputs); // batch normalisation is part of the convolution
    const [inner, whole] = runSegment(calls, values, [between, ...outputs]);
    expect(inner).toBeAllClose(model.getLayer("conv").apply(xs) as tf.Tensor);
    expect(whole).toBeAllClose(alone as tf.Tensor);
  });
  xs.dispose();
  disposeModel(model);
});
