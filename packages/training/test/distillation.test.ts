/** Distillation: loss and gradients against double precision, the teacher's targets, and a student that learns from it. */
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Batch,
  type DistillationOptions,
  distillation,
  evaluate,
  fit,
  forward,
  lossAndGradients,
  lossFromKey,
  sgd,
  softmaxCrossEntropy,
  TrainingError,
  trainStep,
  type UnlabelledBatch,
  weighted,
  withTeacher,
} from "../src/index.ts";

const [examples, features, classes] = [5, 4, 3];
const wave = (length: number, phase: number): number[] =>
  Array.from({ length }, (_, i) => 2 * Math.sin((i + phase) ** 2));
const inputs = wave(examples * features, 1);
const kernel = wave(features * classes, 2);
const labels = [0, 2, 1, 1, 0];

const student = (activation: "softmax" | "linear" = "softmax"): tfl.LayersModel => {
  const weights = [tf.tensor2d(kernel, [features, classes])];
  const config = { name: "d", units: classes, useBias: false, inputShape: [features], activation };
  const model = tfl.sequential({ layers: [tfl.layers.dense({ ...config, weights })] });
  tf.dispose(weights);
  return model;
};

/** Dropout and batch normalisation: a teacher in mode "train" has other outputs. */
const teacherNetwork = (): tfl.LayersModel =>
  tfl.sequential({
    name: "teacher",
    layers: [
      tfl.layers.dense({
        units: 8,
        inputShape: [features],
        kernelInitializer: tfl.initializers.heNormal({ seed: 1 }),
      }),
      tfl.layers.batchNormalization({}),
      tfl.layers.dropout({ rate: 0.5 }),
      tfl.layers.dense({
        units: classes,
        activation: "softmax",
        kernelInitializer: tfl.initializers.heNormal({ seed: 2 }),
      }),
    ],
  });

const logSoftmax = (z: readonly number[]): number[] => {
  const sum = Math.log(z.reduce((a, b) => a + Math.exp(b), 0));
  return z.map((value) => value - sum);
};

/** The mean loss in double precision, as the paper writes it. */
function lossInDouble(
  w: readonly number[],
  teacher: readonly number[],
  targets: readonly (readonly number[])[] | null,
  { temperature = 4, weight = 0.9, labelSmoothing = 0 }: DistillationOptions,
): number {
  let sum = 0;
  for (let n = 0; n < examples; n++) {
    const z = Array.from({ length: classes }, (_, c) => {
      let product = 0;
      for (let i = 0; i < features; i++)
        product += Number(inputs[n * features + i]) * Number(w[i * classes + c]);
      return product;
    });
    const goal = logSoftmax(teacher.slice(n * classes, (n + 1) * classes).map((v) => v / temperature));
    const soft = logSoftmax(z.map((value) => value / temperature));
    goal.forEach((logP, c) => {
      sum += weight * temperature ** 2 * Math.exp(logP) * (logP - Number(soft[c]));
    });
    const hard = logSoftmax(z);
    for (const [c, target] of targets?.[n]?.entries() ?? [])
      sum -= (1 - weight) * (target * (1 - labelSmoothing) + labelSmoothing / classes) * Number(hard[c]);
  }
  return sum / examples;
}

const oneHot = labels.map((label) => Array.from({ length: classes }, (_, c) => Number(c === label)));
const soft = oneHot.map((row) => row.map((value) => 0.7 * value + 0.1));

async function taught(
  teacher: tfl.LayersModel,
  batch: UnlabelledBatch,
): Promise<Batch<tf.Tensor, tf.Tensor>> {
  for await (const result of withTeacher(teacher, [batch])) return result as Batch<tf.Tensor, tf.Tensor>;
  throw new Error("no batch");
}

const xs = (): tf.Tensor => tf.tensor2d(inputs, [examples, features]);

describe("distillation", () => {
  let teacher: tfl.LayersModel;
  beforeEach(() => {
    teacher = teacherNetwork();
  });
  afterEach(() => disposeModel(teacher));

  it.each([
    ["classes", {}],
    ["classes", { temperature: 1, weight: 0.5 }],
    ["classes", { temperature: 20, weight: 0 }],
    ["classes", { temperature: 2, weight: 0.3, labelSmoothing: 0.2 }],
    ["probabilities", { temperature: 3, weight: 0.7, labelSmoothing: 0.1 }],
    ["nothing", { temperature: 0.5, weight: 1 }],
    ["classes", { weight: 1 }],
    ["classes", { fromLogits: true }],
  ] as const)(
    "with %s as labels and %j has the loss and gradients of the paper's formula",
    async (kind, options) => {
      const model = student("fromLogits" in options ? "linear" : "softmax");
      const [v] = tf.tidy(() => forward(teacher, xs()).map((logits) => Array.from(logits.dataSync())));
      const targets = { classes: oneHot, probabilities: soft, nothing: null }[kind];
      const ys = { classes: () => tf.tensor1d(labels, "int32"), probabilities: () => tf.tensor2d(soft) };
      const batch = await taught(teacher, { xs: xs(), ...(kind === "nothing" ? {} : { ys: ys[kind]() }) });
      const { loss, gradients, ...rest } = lossAndGradients(model, batch, { loss: distillation(options) });
      const expected = (w: readonly number[]): number => lossInDouble(w, v ?? [], targets, options);
      expect(loss.dataSync()).toBeAllClose([expected(kernel)], { rtol: 1e-5 });
      const slopes = kernel.map((_, i) => {
        const moved = (step: number): number[] => kernel.map((value, j) => (i === j ? value + step : value));
        return (expected(moved(1e-5)) - expected(moved(-1e-5))) / 2e-5;
      });
      expect(gradients["d/kernel"] ?? []).toBeAllClose(slopes, { rtol: 1e-4, atol: 1e-5 });
      tf.dispose([batch.xs, batch.ys, loss, gradients, { ...rest }]);
      disposeModel(model);
    },
  );

  it("is zero, and has no gradient, where the student's logits are the teacher's", async () => {
    const model = student();
    const batch = await taught(model, { xs: xs() });
    const loss = distillation({ weight: 1 });
    const step = lossAndGradients(model, batch, { loss });
    expect(step.loss.dataSync()).toBeAllClose([0], { atol: 1e-5 });
    expect(step.gradients["d/kernel"] ?? []).toBeAllClose(Array(12).fill(0), { atol: 1e-5 });
    tf.dispose([batch.xs, batch.ys, { ...step }]);
    disposeModel(model);
  });

  it("counts predictions of the labels, and without labels of the teacher", async () => {
    const model = student();
    const plain = await evaluate(model, [{ xs: xs(), ys: tf.tensor1d(labels, "int32") }]);
    const ys = tf.tensor1d(labels, "int32");
    const options = { loss: distillation({ weight: 1 }) };
    const labelled = await evaluate(model, withTeacher(teacher, [{ xs: xs(), ys }]), options);
    expect(labelled.accuracy).toBe(plain.accuracy);
    const classes = tf.tidy(() => tf.argMax(forward(teacher, xs())[0] as tf.Tensor, 1));
    const agreement = await evaluate(model, [{ xs: xs(), ys: classes }]);
    const unlabelled = await evaluate(model, withTeacher(teacher, [{ xs: xs() }]), options);
    expect(unlabelled.accuracy).toBe(agreement.accuracy);
    disposeModel(model);
  });

  it("is rebuilt from its key, also with a weight", () => {
    const loss = distillation({ temperature: 2, weight: 0.25, labelSmoothing: 0.1 });
    for (const each of [loss, weighted(loss, 0.5), weighted(softmaxCrossEntropy(), 3)]) {
      const { key, name } = lossFromKey(each.key ?? "");
      expect({ key, name }).toEqual({ key: each.key, name: each.name });
    }
  });

  it.each([
    [{ temperature: 0 }, "temperature must be a number above 0, not 0"],
    [{ temperature: Number.NaN }, "temperature must be a number above 0, not NaN"],
    [{ weight: 1.5 }, "weight must be a number from 0 to 1, not 1.5"],
  ])("refuses %j", (options, message) => {
    expect(() => distillation(options)).toThrow(message);
    expect(() => distillation(options)).toThrow(TrainingError);
  });

  it.each([
    [{}, [examples, classes], "teacher's logits and a class [5, 4] or probabilities [5, 6]"],
    [{}, [examples, classes], "without labels, pass weight: 1"],
    [{ weight: 1 }, [examples, 7], "or the teacher's logits alone [5, 3]"],
  ] as const)("%j refuses targets of shape [%s]", (options, shape, message) => {
    const model = student();
    const batch = { xs: xs(), ys: tf.fill([...shape], 9) };
    expect(() => lossAndGradients(model, batch, { loss: distillation(options) })).toThrow(message);
    tf.dispose([batch.xs, batch.ys]);
    disposeModel(model);
  });

  it("refuses labels that are no classes", async () => {
    const model = student();
    const batch = { xs: xs(), ys: tf.fill([examples, classes + 1], 9) };
    const step = trainStep(model, sgd({ learningRate: 1 }), batch, { loss: distillation() });
    await expect(step).rejects.toThrow("one label is 9, but the model's 3 classes are 0 to 2");
    disposeModel(model);
  });
});

describe("withTeacher", () => {
  const pixels = (seed: number): tf.Tensor => tf.randomNormal([2, 4, 4, 1], 0, 1, "float32", seed);
  const twoHeads = (): tfl.LayersModel => {
    const x = tfl.input({ shape: [4, 4, 1] });
    const maps = tfl.layers
      .conv2d({ name: "maps", filters: 3, kernelSize: 3, activation: "softmax" })
      .apply(x);
    const flat = tfl.layers.flatten().apply(x);
    const out = tfl.layers.dense({ name: "out", units: 2, activation: "softmax" }).apply(flat);
    return tfl.model({ inputs: x, outputs: [maps, out] as tfl.SymbolicTensor[] });
  };

  it("joins each output's logits and labels, pixels' labels included", async () => {
    const model = twoHeads();
    const ys = [tf.ones([2, 2, 2], "int32"), tf.tensor1d([0, 1], "int32")];
    const batch = await taught(model, { xs: pixels(1), ys });
    const [maps, out] = [batch.ys].flat();
    expect([maps?.shape, out?.shape]).toEqual([
      [2, 2, 2, 4],
      [2, 3],
    ]);
    const loss = [distillation(), distillation({ temperature: 1, weight: 0 })];
    const step = lossAndGradients(model, batch, { loss });
    // The student is the teacher: what is left are the labels' terms.
    const hard = { xs: batch.xs, ys: [tf.ones([2, 2, 2], "int32"), tf.tensor1d([0, 1], "int32")] };
    const expected = lossAndGradients(model, hard, {
      loss: [weighted(softmaxCrossEntropy(), 0.1), softmaxCrossEntropy()],
    });
    expect(step.loss.dataSync()).toBeAllClose(expected.loss.dataSync(), { rtol: 1e-5 });
    tf.dispose([batch.xs, batch.ys, hard.ys, { ...step }, { ...expected }]);
    disposeModel(model);
  });

  it.each([
    [() => ({ xs: tf.zeros([2, 5]) }), 'the batch (xs) is [2,5], but model "teacher" takes [batch,4]'],
    [
      () => ({ xs: tf.zeros([2, 4]), ys: [tf.zeros([2]), tf.zeros([2])] }),
      'the batch has 2 targets in ys, but the teacher "teacher" has 1 outputs',
    ],
    [
      () => ({ xs: tf.zeros([2, 4]), ys: tf.zeros([3]) }),
      "the labels (ys) are [3]; the teacher's logits are [2,3]",
    ],
  ])("refuses a batch that does not fit, and disposes it", async (make, message) => {
    const teacher = teacherNetwork();
    await expect(taught(teacher, make())).rejects.toThrow(message);
    disposeModel(teacher);
  });
});

it("a student learns a teacher's function without any label", async () => {
  const teacher = teacherNetwork();
  const model = student();
  function* unlabelled(epoch: number): Generator<UnlabelledBatch> {
    for (let i = 0; i < 20; i++)
      yield { xs: tf.randomNormal([32, features], 0, 1, "float32", 1 + 100 * epoch + i) };
  }
  const loss = distillation({ weight: 1 });
  const agreement = async (): Promise<number> =>
    (await evaluate(model, withTeacher(teacher, unlabelled(99)), { loss })).accuracy;
  const before = await agreement();
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
  const data = (epoch: number) => withTeacher(teacher, unlabelled(epoch));
  for await (const _ of fit(model, data, { epochs: 5, optimizer, loss }));
  expect(before).toBeLessThan(0.7);
  expect(await agreement()).toBeGreaterThan(0.95); // without an activation, the teacher is linear as the student is
  optimizer.dispose();
  for (const each of [teacher, model]) disposeModel(each);
});
