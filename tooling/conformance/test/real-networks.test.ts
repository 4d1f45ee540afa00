/**
 * Networks that others designed lose 10 to 70 % of their parameters: plan, proof, files that a process with tfjs alone loads,
 * and a training step.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { outputsElsewhere, outputsOf } from "@repo/testing/load-elsewhere";
import { criteria, score } from "@secateur/criteria";
import { buildDependencyGraph, type DependencyGraph, layerRules } from "@secateur/dependency-graph";
import { countParameters } from "@secateur/metrics";
import { saveModel } from "@secateur/model-files";
import { disposeModel } from "@secateur/model-graph";
import { BudgetError, selectUnits } from "@secateur/pruner";
import { applyPlan, type Plan, verifyPlan } from "@secateur/surgery";
import { headLosses, meanSquaredError, ownTargets, sgd, trainStep } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { realNetworks, upscalerLayers } from "./real-networks.ts";

let directory: string;
beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-real-"));
});
afterAll(() => fs.rmSync(directory, { recursive: true }));

/** Outputs of the smaller networks, by the folder of their files. */
const saved = new Map<string, readonly (readonly number[])[]>();

describe.each(await realNetworks())("$name", ({ open, rules = layerRules }) => {
  let graph: DependencyGraph;
  beforeEach(async () => {
    graph = buildDependencyGraph(await open(), { rules });
  });
  afterEach(() => disposeModel(graph.model));

  it.each([0.1, 0.3, 0.5, 0.7])("loses %s of its parameters, is verified and saved", async (share) => {
    const plan = await planFor(graph, share);
    const smaller = applyPlan(graph.model, plan, { graph });
    const target = (1 - share) * countParameters(graph.model).total;
    expect(countParameters(smaller).total).toBeLessThanOrEqual(target);
    expect(countParameters(smaller).total).toBeGreaterThan(0.8 * target);
    await verifyPlan(graph.model, plan, { graph, smaller, samples: 1 });
    const folder = path.join(directory, String(saved.size));
    await saveModel(smaller, folder);
    saved.set(folder, outputsOf(smaller));
    disposeModel(smaller);
  });

  it("is refused a share that is out of reach", async () => {
    await expect(planFor(graph, 0.9999)).rejects.toThrow(BudgetError);
  });

  it("trains a step at half of its parameters", async () => {
    const smaller = applyPlan(graph.model, await planFor(graph, 0.5), { graph });
    expect(await trainTowards(graph.model, smaller)).toBeGreaterThan(0);
    disposeModel(smaller);
  });
});

it("a process that imports tfjs alone loads them all, with equal outputs", async () => {
  const elsewhere = await outputsElsewhere([...saved.keys()], { modules: [upscalerLayers] });
  expect(elsewhere.length).toBe(saved.size);
  for (const [i, [folder, outputs]] of [...saved].entries()) {
    const expected = outputs.flat();
    const atol = 1e-4 * Math.max(...expected.map(Math.abs));
    expect(elsewhere[i]?.outputs.flat(), folder).toBeAllClose(expected, { rtol: 0, atol });
  }
});

async function planFor(graph: DependencyGraph, share: number): Promise<Plan> {
  const scores = await score(graph.model, graph, criteria.l2(), []);
  return selectUnits(graph, scores, { parameters: share });
}

/** One step of the smaller model towards the predictions of the original. Returns the largest change of a weight. */
async function trainTowards(original: tfl.LayersModel, smaller: tfl.LayersModel): Promise<number> {
  const inputs = original.inputs.map(({ shape }) => {
    const sizes = shape.slice(1).map((size) => size ?? 16);
    return tf.randomUniform([2, ...sizes], 0, 1, "float32", 1);
  });
  const xs = inputs.length === 1 ? (inputs[0] as tf.Tensor) : inputs;
  const ys = ownTargets(original, { xs });
  const before = smaller.trainableWeights.map((weight) => tf.clone(weight.read()));
  const optimizer = sgd({ learningRate: 1e-4 });
  const loss = headLosses(smaller, meanSquaredError());
  expect((await trainStep(smaller, optimizer, { xs, ys }, { loss })).loss).toBeGreaterThan(0);
  optimizer.dispose();
  const largest = tf.tidy(() => {
    const changes = smaller.trainableWeights.map((weight, i) =>
      tf.max(tf.abs(tf.sub(weight.read(), before[i] as tf.Tensor))),
    );
    return tf.max(tf.stack(changes));
  });
  const [change = Number.NaN] = await largest.data();
  tf.dispose([before, largest]);
  return change;
}
