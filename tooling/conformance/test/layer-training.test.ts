/**
 * On every layer class: the gradients of a training step against finite differences, scores by "taylor-gate", and a refit; or
 * a sentence that says what is missing.
 */
import { randomizeWeights } from "@repo/testing/random-architecture";
import { dice, randomUnits } from "@repo/testing/random-plan";
import { compensate } from "@secateur/compensation";
import { criteria, score } from "@secateur/criteria";
import { buildDependencyGraph, supportedLayers } from "@secateur/dependency-graph";
import { disposeModel, trainableWeights, variableOf } from "@secateur/model-graph";
import { applyPlan, createPlan } from "@secateur/surgery";
import { type Batch, lossAndGradients, meanSquaredError } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildLayerNetwork, type LayerNetwork, layerNetworks } from "./layer-networks.ts";

/** What tfjs has no gradient of, on any engine. */
const refused: Readonly<Record<string, RegExp>> = {
  Conv3DTranspose: /no gradient of kernel Conv3DBackpropInputV2 on any engine/,
  CenterCrop: /no gradient of kernel CropAndResize on any engine/,
};

const cases = supportedLayers.flatMap((name) =>
  (layerNetworks[name] ?? []).map((network, i) => ({ name, i, network })),
);
const loss = meanSquaredError();

describe.each(cases)("$name, network $i", ({ name, network }) => {
  let model: tfl.LayersModel;
  beforeEach(() => {
    model = buildLayerNetwork(network);
    randomizeWeights(model, 3);
  });
  afterEach(() => disposeModel(model));

  it("has the gradients of finite differences, or says why not", () => {
    const batch = batchFor(network);
    const run = (): number => derivativeError(model, batch);
    const reason = refused[name];
    if (reason === undefined) expect(run()).toBeLessThan(0.02);
    else expect(run).toThrow(reason);
    tf.dispose([batch.xs, batch.ys] as tf.Tensor[]);
  });

  it.skipIf(name in refused)("is scored", async () => {
    const graph = buildDependencyGraph(model);
    const options = { loss, onWarning: () => undefined };
    const scores = await score(model, graph, criteria.taylorGate(), [batchFor(network)], options);
    const values = [...scores.values()].flatMap((each) => [...each]);
    expect(values.filter((value) => !Number.isFinite(value))).toEqual([]);
    expect(values.some((value) => value > 0)).toBe(true);
  });

  // A refit runs parts of a model, which pass no masks on.
  it.skipIf(name === "Masking")("is refitted after a removal, or left alone with a reason", async () => {
    const graph = buildDependencyGraph(model);
    const [numbers = []] = fc.sample(dice, { numRuns: 1, seed: 1 });
    const plan = createPlan(graph, randomUnits(graph, numbers, 0.5));
    const smaller = applyPlan(model, plan, { graph });
    const { xs, ys } = batchFor(network);
    tf.dispose(ys as tf.Tensor);
    const { model: refitted, report } = await compensate(model, smaller, plan, [{ xs }], { graph });
    expect(report.after).toBeLessThanOrEqual(report.before);
    for (const each of [smaller, refitted]) disposeModel(each);
  });
});

function batchFor({ inputShape = [6, 5, 2] }: LayerNetwork): Batch {
  return { xs: tf.randomNormal([4, ...inputShape], 0, 1, "float32", 4), ys: tf.ones([4, 3]) };
}

/** Along the gradient: the difference of the loss's slope from the gradient's length, relative to it. */
function derivativeError(model: tfl.LayersModel, batch: Batch): number {
  return tf.tidy(() => {
    const options = { loss, mode: "eval" } as const;
    const { gradients } = lossAndGradients(model, batch, options);
    const variables = [...trainableWeights(model)].map(([path, weight]) => {
      const variable = variableOf(weight);
      return { variable, before: tf.clone(variable), gradient: gradients[path] as tf.Tensor };
    });
    const length = Math.sqrt(
      variables.reduce((sum, { gradient }) => sum + Number(tf.sum(tf.square(gradient)).dataSync()[0]), 0),
    );
    const step = 1e-3;
    const lossAt = (t: number): number => {
      for (const { variable, before, gradient } of variables)
        variable.assign(tf.add(before, tf.mul(gradient, t / length)));
      return Number(lossAndGradients(model, batch, { ...options, weights: [] }).loss.dataSync()[0]);
    };
    const slope = (lossAt(step) - lossAt(-step)) / (2 * step);
    return Math.abs(slope - length) / length;
  });
}
