/** Frozen layers in training: they do not change, batch normalisation included, and the others learn what inference sees. */
import { randomizeWeights } from "@repo/testing/random-architecture";
import { cloneModel, disposeModel, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";
import { type Batch, evaluate, lossAndGradients, sgd, trainStep } from "../src/index.ts";

/** A base with two batch normalisations, the second without weights of its own, and a head. */
function network(): tfl.LayersModel {
  const base = tfl.sequential({
    name: "base",
    layers: [
      tfl.layers.conv2d({ name: "c", filters: 4, kernelSize: 3, inputShape: [6, 6, 2] }),
      tfl.layers.batchNormalization({ name: "n", momentum: 0.5 }),
      tfl.layers.reLU({}),
      tfl.layers.batchNormalization({ name: "bare", momentum: 0.5, scale: false, center: false }),
    ],
  });
  const model = tfl.sequential({
    layers: [base, tfl.layers.flatten(), tfl.layers.dense({ name: "out", units: 3, activation: "softmax" })],
  });
  randomizeWeights(model, 3);
  return model;
}

const batch = (): Batch => ({
  xs: tf.randomNormal([5, 6, 6, 2], 1, 2, "float32", 4),
  ys: tf.tensor1d([0, 1, 2, 0, 1], "int32"),
});

const valuesOf = (model: tfl.LayersModel): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(
    [...modelGraph(model).weights].map(([path, weight]) => [path, [...weight.read().dataSync()]]),
  );

const freezeBase = (model: tfl.LayersModel, isFrozen: boolean): void => {
  const base = model.getLayer("base") as tfl.LayersModel;
  base.trainable = !isFrozen;
  for (const layer of base.layers) layer.trainable = !isFrozen;
};

it("a base whose layers are not frozen one by one is frozen, too", async () => {
  const model = network();
  (model.getLayer("base") as tfl.LayersModel).trainable = false;
  const before = valuesOf(model);
  const optimizer = sgd({ learningRate: 0.1 });
  await trainStep(model, optimizer, batch());
  for (const [path, values] of Object.entries(valuesOf(model)))
    if (path.startsWith("base/")) expect(values, path).toEqual(before[path]);
  optimizer.dispose();
  disposeModel(model);
});

it("a step leaves a frozen base as it is and computes the loss of inference", async () => {
  const model = network();
  freezeBase(model, true);
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.1 });
  const before = valuesOf(model);
  for (let step = 0; step < 3; step++) {
    const expected = await evaluate(model, [batch()]);
    const { loss, accuracy } = await trainStep(model, optimizer, batch());
    expect(loss).toBeCloseTo(expected.loss, 4);
    expect(accuracy).toBeCloseTo(expected.accuracy, 6);
  }
  for (const [path, values] of Object.entries(valuesOf(model)))
    if (path.startsWith("base/")) expect(values, path).toEqual(before[path]);
    else expect(values, path).not.toEqual(before[path]);
  freezeBase(model, false);
  await trainStep(model, optimizer, batch());
  for (const [path, values] of Object.entries(valuesOf(model)))
    expect(values, path).not.toEqual(before[path]);
  optimizer.dispose();
  disposeModel(model);
});

it("with the whole model frozen a step changes nothing", async () => {
  const model = network();
  model.trainable = false;
  const optimizer = sgd({ learningRate: 0.1 });
  const before = valuesOf(model);
  expect((await trainStep(model, optimizer, batch())).loss).toBeGreaterThan(0);
  expect(valuesOf(model)).toEqual(before);
  optimizer.dispose();
  disposeModel(model);
});

it("gradients of frozen weights equal those of the thawed copy, bit for bit", () => {
  const thawed = network();
  const frozen = cloneModel(thawed);
  frozen.trainable = false;
  const weights = [...modelGraph(thawed).weights.keys()].filter((path) => !path.includes("moving"));
  const of = (model: tfl.LayersModel): unknown => {
    const data = batch();
    const step = lossAndGradients(model, data, { weights });
    const values = Object.entries(step.gradients).map(([path, gradient]) => [path, [...gradient.dataSync()]]);
    tf.dispose([data.xs, data.ys, { ...step }]);
    return values;
  };
  expect(of(frozen)).toEqual(of(thawed));
  for (const model of [thawed, frozen]) disposeModel(model);
});

it("freezing changes the order of a model's weights, not what a compiled function computes", async () => {
  const model = network();
  const losses: number[] = [];
  for (const isFrozen of [false, false, false, true, true, false]) {
    freezeBase(model, isFrozen);
    losses.push((await evaluate(model, [batch()])).loss);
  }
  for (const loss of losses) expect(loss).toBeCloseTo(Number(losses[0]), 5);
  disposeModel(model);
});
