/** Models that are easy to get wrong: large activations, fused activations, unusual normalisation, outputs that are read on. */
import { randomizeWeights } from "@repo/testing";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel, modelGraph, variableOf } from "@secateur/model-graph";
import { applyPlan, createPlan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { type CompensationReport, compensate, swapUnits } from "../src/index.ts";

const { layers } = tfl;
const points = (size = 6): tf.Tensor => tf.randomNormal([96, size], 0, 1, "float32", 3);

function setWeight(model: tfl.LayersModel, path: string, change: (old: tf.Tensor) => tf.Tensor): void {
  const weight = modelGraph(model).weights.get(path);
  if (weight === undefined) throw new Error(path);
  tf.tidy(() => variableOf(weight).assign(tf.add(change(weight.read()), 0)));
}

async function reportOf(
  model: tfl.LayersModel,
  remove: Record<string, readonly number[]>,
  xs: tf.Tensor = points(),
): Promise<CompensationReport> {
  const graph = buildDependencyGraph(model);
  const plan = createPlan(graph, Object.entries(remove));
  const smaller = applyPlan(model, plan, { graph });
  const { model: refitted, report } = await compensate(model, smaller, plan, [{ xs }], { graph });
  for (const each of [smaller, refitted]) disposeModel(each);
  return report;
}

/** A hidden layer whose unit 2 is constant, activations times `scale`. */
function withConstantUnit(scale: number): tfl.LayersModel {
  const model = tfl.sequential({
    layers: [
      layers.dense({ name: "a", units: 8, activation: "relu", inputShape: [6] }),
      layers.dense({ name: "out", units: 3 }),
    ],
  });
  randomizeWeights(model, 4);
  const units = tf.tensor1d([1, 1, 0, 1, 1, 1, 1, 1]);
  setWeight(model, "a/kernel", (old) => tf.mul(tf.mul(old, units), scale));
  setWeight(model, "a/bias", (old) => tf.mul(tf.add(tf.mul(old, units), tf.sub(1, units)), scale));
  units.dispose();
  return model;
}

describe("a unit that is constant", () => {
  it.each([1, 10, 100])(
    "is replaced by the bias, whatever the scale of the activations (%i)",
    async (scale) => {
      const model = withConstantUnit(scale);
      const report = await reportOf(model, { a: [2] });
      expect(report.before).toBeGreaterThan(1e-3);
      expect(report.after).toBeLessThan(1e-5 * report.before);
      disposeModel(model);
    },
  );

  it("is the first that swapUnits removes", async () => {
    const model = withConstantUnit(10);
    const graph = buildDependencyGraph(model);
    const plan = await swapUnits(graph, createPlan(graph, [["a", [0]]]), [{ xs: points() }]);
    expect(plan.remove["a"]).toEqual([2]);
    disposeModel(model);
  });
});

it("an activation inside a layer is not one through which the layer reads", async () => {
  const build = (isFused: boolean): tfl.LayersModel => {
    const activation = isFused ? ({ activation: "relu" } as const) : {};
    const model = tfl.sequential({
      layers: [
        layers.dense({ name: "a", units: 8, activation: "relu", inputShape: [6] }),
        layers.dense({ name: "b", units: 5 }),
        layers.dense({ name: "c", units: 6, ...activation }),
        ...(isFused ? [] : [layers.reLU({ name: "relu" })]),
        layers.dense({ name: "out", units: 3 }),
      ],
    });
    randomizeWeights(model, 6);
    setWeight(model, "b/bias", (old) => tf.sub(old, 6)); // mostly below zero
    return model;
  };
  const reports: CompensationReport[] = [];
  for (const isFused of [true, false]) {
    const model = build(isFused);
    reports.push(await reportOf(model, { a: [0, 1, 2] }));
    disposeModel(model);
  }
  expect(reports[0]?.methods[0]?.layers.map(({ layer }) => layer)).toEqual(["b", "c", "out"]);
  expect(reports[0]?.after).toBeCloseTo(Number(reports[1]?.after), 4);
  expect(reports[0]?.methods[0]?.layers[0]?.before).toBeGreaterThan(0.01);
});

it("leaves batch normalisation of another axis alone, and says so", async () => {
  const x = tfl.input({ shape: [4, 5, 2] });
  const a = layers.conv2d({ name: "a", filters: 6, kernelSize: 1 }).apply(x);
  const n = layers.batchNormalization({ name: "n", axis: 1 }).apply(a);
  const out = layers.conv2d({ name: "out", filters: 2, kernelSize: 1 }).apply(n) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: x, outputs: out });
  randomizeWeights(model, 8);
  const graph = buildDependencyGraph(model);
  if (graph.groups.length > 0) {
    const xs = tf.randomNormal([32, 4, 5, 2], 0, 1, "float32", 2);
    const report = await reportOf(model, { [String(graph.groups[0]?.id)]: [0] }, xs);
    expect(report.methods[0]?.skipped).toContainEqual({
      layer: "n",
      reason: "it does not normalise the last axis",
    });
  }
  disposeModel(model);
});

it("does not touch a batch normalisation that is called twice", async () => {
  const x = tfl.input({ shape: [6] });
  const shared = layers.batchNormalization({ name: "n", scale: false, center: false });
  const a = layers.dense({ name: "a", units: 8, activation: "relu" }).apply(x);
  const b1 = shared.apply(layers.dense({ name: "b1", units: 4 }).apply(a));
  const b2 = shared.apply(layers.dense({ name: "b2", units: 4 }).apply(a));
  const sum = layers.concatenate({ name: "both" }).apply([b1, b2] as tfl.SymbolicTensor[]);
  const model = tfl.model({
    inputs: x,
    outputs: layers.dense({ name: "out", units: 2 }).apply(sum) as tfl.SymbolicTensor,
  });
  randomizeWeights(model, 9);
  const report = await reportOf(model, { a: [0, 1, 2] });
  expect(report.isReverted).toBe(false);
  const b2Report = report.methods[0]?.layers.find(({ layer }) => layer === "b2");
  expect(b2Report?.after).toBeLessThan(Number(b2Report?.before));
  expect(report.methods[0]?.skipped).toContainEqual({ layer: "n", reason: "it is called more than once" });
  disposeModel(model);
});

it("a layer that reads a softmax which is also an output reads probabilities", async () => {
  const x = tfl.input({ shape: [6] });
  const a = layers.dense({ name: "a", units: 8, activation: "relu" }).apply(x);
  const p = layers.dense({ name: "p", units: 4, activation: "softmax" }).apply(a) as tfl.SymbolicTensor;
  const q = layers.dense({ name: "q", units: 3 }).apply(p) as tfl.SymbolicTensor;
  const errors: number[] = [];
  for (const outputs of [q, [q, p]]) {
    const model = tfl.model({ inputs: x, outputs });
    randomizeWeights(model, 10);
    const report = await reportOf(model, { a: [0, 1, 2] });
    errors.push(Number(report.methods[0]?.layers.find(({ layer }) => layer === "q")?.after));
    if (outputs !== q) disposeModel(model);
  }
  expect(errors[1]).toBeCloseTo(errors[0] as number, 5);
});

it("masks of time steps reach recurrent layers, and the refit reduces the error", async () => {
  const config = { recurrentInitializer: "glorotNormal", returnSequences: true } as const;
  const model = tfl.sequential({
    layers: [
      layers.embedding({ name: "tokens", inputDim: 9, outputDim: 6, maskZero: true, inputShape: [5] }),
      layers.lstm({ name: "a", units: 8, ...config }),
      layers.lstm({ name: "b", units: 4, ...config, returnSequences: false }),
      layers.dense({ name: "out", units: 3 }),
    ],
  });
  randomizeWeights(model, 4);
  const { before, after } = await reportOf(
    model,
    { a: [0, 1, 2] },
    tf.randomUniform([96, 5], 0, 9, "int32", 3),
  );
  expect(before).toBeGreaterThan(0);
  expect(after).toBeLessThan(before);
  disposeModel(model);
});

it.each(["int32", "bool"] as const)("samples of type %s are numbers like any other", async (type) => {
  const model = withConstantUnit(1);
  const xs = tf.tidy(() => tf.cast(tf.sub(tf.round(points()), type === "bool" ? 0 : 1), type));
  const { after } = await reportOf(model, { a: [0, 2] }, xs);
  expect(Number.isFinite(after)).toBe(true);
  disposeModel(model);
});

it("the error does not depend on how the samples are cut into minibatches", async () => {
  const model = withConstantUnit(1);
  const graph = buildDependencyGraph(model);
  const plan = createPlan(graph, [["a", [0, 1]]]);
  const smaller = applyPlan(model, plan, { graph });
  const before: number[] = [];
  for (const size of [96, 1]) {
    const all = points();
    const samples = tf.split(all, 96 / size).map((xs) => ({ xs }));
    all.dispose();
    const tensors = tf.memory().numTensors;
    const { model: refitted, report } = await compensate(model, smaller, plan, samples, {
      samples: 90,
      graph,
    });
    disposeModel(refitted);
    expect(tf.memory().numTensors).toBe(tensors - samples.length); // those that were not used as well
    before.push(report.before);
  }
  expect(before[1]).toBeCloseTo(before[0] as number, 3);
  for (const each of [model, smaller]) disposeModel(each);
});

it("refuses a model that the plan did not make, and unknown options", async () => {
  const model = withConstantUnit(1);
  const graph = buildDependencyGraph(model);
  const plan = createPlan(graph, [["a", [0]]]);
  const xs = points();
  await expect(compensate(model, model, plan, [{ xs }], { graph })).rejects.toThrow(
    'the smaller model does not fit the plan: "a/kernel" is [6,8], and [6,7] is what the plan leaves',
  );
  const misspelled = { rigde: 1 } as object;
  await expect(compensate(model, model, plan, [], misspelled)).rejects.toThrow(
    'options has no field "rigde"',
  );
  disposeModel(model);
});
