/**
 * Every network of the table, small: built, scored, pruned, verified, trained for a step, saved, and loaded by a process that
 * imports tfjs alone.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { outputsElsewhere, type SavedOutputs, saveTo } from "@repo/testing/load-elsewhere";
import {
  type CriterionName,
  criteria,
  criterionNames,
  criterionTable,
  score,
  scoreAll,
} from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { countMacs } from "@secateur/metrics";
import { disposeModel } from "@secateur/model-graph";
import { createModel, type ModelName, modelInfo, modelNames } from "@secateur/models";
import { selectUnits } from "@secateur/pruner";
import { applyPlan, verifyPlan } from "@secateur/surgery";
import { type Batch, sgd, trainStep } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const classes = 4;

function inputShapeOf(name: ModelName): readonly [number, number, number] {
  return modelInfo(name).inputShape[0] === 224 ? [33, 32, 3] : [18, 16, 3];
}

const build = (name: ModelName): tfl.LayersModel =>
  createModel(name, {
    classes,
    inputShape: name.startsWith("vgg") ? [32, 32, 3] : inputShapeOf(name),
    seed: 1,
  });

const makeBatch = (model: tfl.LayersModel): Batch => {
  const shape = (model.inputs[0]?.shape ?? []).slice(1) as number[];
  return { xs: tf.randomNormal([4, ...shape], 0, 1, "float32", 3), ys: tf.tensor1d([0, 1, 2, 3], "int32") };
};

/** Outputs of the pruned and trained networks, by name. */
const outputs = new Map<ModelName, SavedOutputs>();
let directory: string;
beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-networks-"));
});
afterAll(() => fs.rmSync(directory, { recursive: true }));

/** Too large for every run; "vgg11-bn-dense-bn" and "resnet101" have their code. */
const large: readonly ModelName[] = ["vgg11-bn-imagenet", "vgg16-bn", "resnet152"];
const networks = modelNames.filter((name) => !large.includes(name));

it.each(networks)("%s: score, prune, verify, train, save", async (name) => {
  const model = build(name);
  const graph = buildDependencyGraph(model);
  const scores = await score(model, graph, criteria.taylorGate(), [makeBatch(model)]);
  const plan = selectUnits(graph, scores, { units: 0.4 });
  const smaller = applyPlan(model, plan, { graph });
  expect(countMacs(smaller).total).toBeLessThan(countMacs(model).total);
  await verifyPlan(model, plan, { graph, smaller });
  disposeModel(model);
  const [first] = smaller.trainableWeights;
  const before = first?.read().dataSync().slice();
  const optimizer = sgd({ learningRate: 1e-3, momentum: 0.9 });
  const { loss } = await trainStep(smaller, optimizer, makeBatch(smaller));
  optimizer.dispose();
  expect(loss).toBeGreaterThan(0);
  expect(first?.read().dataSync()).not.toEqual(before);
  outputs.set(name, await saveTo(path.join(directory, name), smaller));
  disposeModel(smaller);
});

it("a process that imports tfjs alone loads them all, with equal outputs", async () => {
  expect([...outputs.keys()]).toEqual(networks);
  const elsewhere = await outputsElsewhere([...outputs.keys()].map((name) => path.join(directory, name)));
  for (const [i, [name, expected]] of [...outputs].entries()) {
    const scale = Math.max(...expected.linear.flat().map(Math.abs));
    const actual = elsewhere[i] ?? { outputs: [], linear: [] };
    expect(actual.linear.flat(), name).toBeAllClose(expected.linear.flat(), { rtol: 0, atol: 1e-4 * scale });
    expect(actual.outputs.flat(), name).toBeAllClose(expected.outputs.flat(), { rtol: 1e-2 });
  }
});

/** γ is 1 at first; the share of a dense layer's outputs that are not zero has one value per size of the batch. */
const fewValues: readonly string[] = ["bn-scale", "apoz"];

/** All criteria on the networks that are quick enough; ones that a network lacks the weights for are left out. */
describe.each([
  ["lenet3", ["bn-scale", "bn-scale-taylor"]],
  ["resnet20", []],
  ["resnet20-b", []],
  ["densenet-cifar", []],
  ["mobilenet-v2", []],
] as const)("%s", (name, lacking: readonly CriterionName[]) => {
  it("is pruned and verified by every criterion", async () => {
    const model = build(name);
    const graph = buildDependencyGraph(model);
    const chosen = criterionNames
      .filter((each) => !lacking.includes(each))
      .map((each) => criterionTable[each](0));
    const options = { onWarning: () => undefined };
    const all = await scoreAll(model, graph, chosen, [makeBatch(model)], options);
    expect(all.size).toBe(chosen.length);
    for (const [criterion, scores] of all) {
      const values = [...scores.values()].flatMap((each) => [...each]);
      if (!fewValues.includes(criterion)) expect(new Set(values).size, criterion).toBeGreaterThan(100);
      const plan = selectUnits(graph, scores, { units: 0.3 });
      await verifyPlan(model, plan, { graph });
    }
    disposeModel(model);
  });
});
