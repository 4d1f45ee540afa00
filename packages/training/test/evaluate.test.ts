/** Top-k accuracy and predictions of `evaluate`, beside sorted logits. */
import { createRandom } from "@secateur/base";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";
import { type Batch, evaluate, meanSquaredError, softmaxCrossEntropy } from "../src/index.ts";

const classes = 12;

/** Its inputs are its logits. */
function logitsModel(shape: number[] = [classes]): tfl.LayersModel {
  return tfl.sequential({ layers: [tfl.layers.activation({ activation: "linear", inputShape: shape })] });
}

const loss = softmaxCrossEntropy({ fromLogits: true });

/** Whole numbers, so that many are equal. */
function drawn(rows: number, seed: number): { readonly logits: number[][]; readonly labels: number[] } {
  const random = createRandom(seed);
  const logits = Array.from({ length: rows }, () => Array.from({ length: classes }, () => random.below(6)));
  return { logits, labels: logits.map(() => random.below(classes)) };
}

/** Classes by falling logit; the sort is stable, so of equal ones the first comes first. */
const ranked = (row: readonly number[]): readonly number[] =>
  [...row.keys()].toSorted((a, b) => Number(row[b]) - Number(row[a]));

const batchOf = (logits: number[][], labels: number[]): Batch => ({
  xs: tf.tensor2d(logits),
  ys: tf.tensor1d(labels, "int32"),
});

it.each([1, 2, 5, classes, classes + 1])("counts labels among the %i most probable classes", async (topK) => {
  const model = logitsModel();
  const { logits, labels } = drawn(200, topK);
  const expected = logits.filter((row, i) => ranked(row).slice(0, topK).includes(Number(labels[i]))).length;
  const parts = [
    batchOf(logits.slice(0, 120), labels.slice(0, 120)),
    batchOf(logits.slice(120), labels.slice(120)),
  ];
  const { accuracy, topKAccuracy } = await evaluate(model, parts, { loss, topK });
  expect(topKAccuracy).toBeCloseTo(expected / 200, 6);
  if (topK === 1) expect(topKAccuracy).toBe(accuracy);
  disposeModel(model);
});

it("a network whose logits are NaN or all equal is not right", async () => {
  const model = logitsModel();
  const rows = [Array(classes).fill(Number.NaN), Array(classes).fill(1), Array(classes).fill(1)];
  const { topKAccuracy } = await evaluate(model, [batchOf(rows, [0, 3, 7])], { loss, topK: 5 });
  expect(topKAccuracy).toBeCloseTo(1 / 3, 6);
  disposeModel(model);
});

it("averages over the pixels of an example, and takes probabilities as targets", async () => {
  const model = logitsModel([2, 2, classes]);
  const { logits, labels } = drawn(8, 3);
  const hits = logits.filter((row, i) => ranked(row).slice(0, 3).includes(Number(labels[i]))).length;
  const xs = (): tf.Tensor => tf.tensor(logits.flat(), [2, 2, 2, classes]);
  const targets = [
    tf.tensor(labels, [2, 2, 2], "int32"),
    tf.tidy(() => tf.cast(tf.oneHot(tf.tensor(labels, [2, 2, 2], "int32"), classes), "float32")),
  ];
  for (const ys of targets) {
    const { topKAccuracy } = await evaluate(model, [{ xs: xs(), ys }], { loss, topK: 3 });
    expect(topKAccuracy).toBeCloseTo(hits / 8, 6);
  }
  disposeModel(model);
});

it("returns the most probable classes of all batches, if asked", async () => {
  const model = logitsModel();
  const { logits, labels } = drawn(7, 5);
  const batches = (): Batch[] => [
    batchOf(logits.slice(0, 4), labels.slice(0, 4)),
    batchOf(logits.slice(4), labels.slice(4)),
  ];
  const { predictions } = await evaluate(model, batches(), { loss, predictions: true });
  expect([...(predictions ?? [])]).toEqual(logits.map((row) => ranked(row)[0]));
  const plain = await evaluate(model, batches(), { loss });
  expect([plain.predictions, plain.topKAccuracy]).toEqual([null, null]);
  disposeModel(model);
});

it("has no top-k accuracy and no predictions where the loss has no classes, and refuses a wrong k", async () => {
  const model = logitsModel([2]);
  const batch = (): Batch => ({ xs: tf.tensor2d([[1, 2]]), ys: tf.tensor2d([[1, 3]]) });
  const options = { loss: meanSquaredError(), topK: 5, predictions: true };
  const { topKAccuracy, predictions } = await evaluate(model, [batch()], options);
  expect([topKAccuracy, predictions]).toEqual([Number.NaN, null]);
  await expect(evaluate(model, [], { topK: 0 })).rejects.toThrow(
    "topK must be a whole number of at least 1, not 0",
  );
  disposeModel(model);
});
