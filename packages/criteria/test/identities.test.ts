/**
 * The paper's identities (Molchanov et al., CVPR 2019): the gate read at the consumers equals the gate read at the
 * producers, γ·∂γ + β·∂β or w·g_w + b·g_b, and equals a finite difference of the loss along the gate itself.
 */

import { randomizeWeights } from "@repo/testing/random-architecture";
import {
  buildDependencyGraph,
  type DependencyGraph,
  type Group,
  type Role,
} from "@secateur/dependency-graph";
import { type Batch, lossAndGradients } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { criteria, defineCriterion, gradients } from "../src/index.ts";
import { scoreGradients } from "./score-gradients.ts";

type Tensor = tfl.SymbolicTensor;
const apply = (layer: tfl.layers.Layer, x: Tensor | Tensor[]): Tensor => layer.apply(x) as Tensor;

function classifier(body: (x: Tensor) => Tensor, seed = 3): tfl.LayersModel {
  const x = tfl.input({ shape: [6, 6, 2], name: "image" });
  const logits = apply(tfl.layers.dense({ units: 3, name: "head", activation: "softmax" }), body(x));
  const model = tfl.model({ inputs: x, outputs: logits });
  randomizeWeights(model, seed);
  return model;
}

const conv = (name: string, filters: number, x: Tensor, useBias = false): Tensor =>
  apply(tfl.layers.conv2d({ name, filters, kernelSize: 3, padding: "same", useBias }), x);
const norm = (name: string, x: Tensor): Tensor => apply(tfl.layers.batchNormalization({ name }), x);
const relu = (x: Tensor): Tensor => apply(tfl.layers.reLU(), x);
const gap = (x: Tensor): Tensor => apply(tfl.layers.globalAveragePooling2d({}), x);

const makeBatch = (): Batch => ({
  xs: tf.randomNormal([8, 6, 6, 2], 0, 1, "float32", 11),
  ys: tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1], "int32"),
});

/** Σ w·g over the slices with these roles, and over the consumers, for each group. */
async function gates(
  model: tfl.LayersModel,
  roles: readonly Role[],
): Promise<ReadonlyMap<string, readonly [number[], number[]]>> {
  const graph = buildDependencyGraph(model);
  const batch = makeBatch();
  const observed = lossAndGradients(model, batch, { mode: "train" });
  const atProducers = defineCriterion({
    name: "producers",
    observes: [gradients()],
    score: (group) => group.sum(roles, ({ value, gradient }) => tf.mul(value, gradient)),
  });
  const atConsumers = defineCriterion({
    name: "consumers",
    observes: [gradients()],
    score: (group) => group.gateGradient,
  });
  const scores = await scoreGradients(graph, [atProducers, atConsumers], observed.gradients, 0);
  tf.dispose([batch.xs, batch.ys, observed.loss, observed.correct, observed.gradients]);
  const of = (name: string, id: string): number[] => Array.from(scores.get(name)?.get(id) ?? []);
  return new Map(graph.groups.map(({ id }) => [id, [of("producers", id), of("consumers", id)]]));
}

async function expectEqualGates(model: tfl.LayersModel, roles: readonly Role[]): Promise<void> {
  const found = await gates(model, roles);
  expect(found.size).toBe(buildDependencyGraph(model).groups.length);
  for (const [producers, consumers] of found.values()) {
    const scale = Math.max(...producers.map(Math.abs));
    expect(scale).toBeGreaterThan(1e-3);
    for (const [i, gate] of producers.entries())
      expect(Math.abs(gate - Number(consumers[i]))).toBeLessThan(2e-5 * scale + 1e-7);
  }
  model.dispose();
}

describe("the gate's gradient", () => {
  it("after batch normalisation is γ·∂γ + β·∂β", async () => {
    await expectEqualGates(
      classifier((x) => gap(relu(norm("b2", conv("c2", 4, relu(norm("b1", conv("c1", 5, x)))))))),
      ["gamma", "beta"],
    );
  });

  it("after a plain layer is w·g_w + b·g_b, through pooling and Flatten", async () => {
    const body = (x: Tensor): Tensor => {
      const pooled = apply(tfl.layers.maxPooling2d({ poolSize: 2 }), relu(conv("c1", 4, x, true)));
      const flat = apply(tfl.layers.flatten(), pooled);
      return apply(tfl.layers.dense({ units: 6, activation: "relu", name: "fc" }), flat);
    };
    await expectEqualGates(classifier(body), ["kernel", "bias"]);
  });

  it("on a residual stage is the sum over its producers", async () => {
    const body = (x: Tensor): Tensor => {
      const stem = relu(norm("b0", conv("c0", 4, x)));
      const inner = relu(norm("b1", conv("c1", 3, stem)));
      const sum = apply(tfl.layers.add(), [stem, norm("b2", conv("c2", 4, inner))]);
      return gap(relu(sum));
    };
    await expectEqualGates(classifier(body), ["gamma", "beta"]);
  });

  it("equals finite differences of the loss, also behind a sigmoid", async () => {
    const model = classifier((x) =>
      gap(apply(tfl.layers.activation({ activation: "sigmoid" }), conv("c1", 4, x, true))),
    );
    const gate = (await gates(model, ["kernel"])).get("c1")?.[1] ?? [];
    expect(gate).toHaveLength(4);
    expect(Math.max(...gate.map(Math.abs))).toBeGreaterThan(1e-3);
    for (const [unit, expected] of gate.entries()) {
      const step = 1e-2;
      const slope = (lossWithGate(model, unit, 1 + step) - lossWithGate(model, unit, 1 - step)) / (2 * step);
      expect(Math.abs(slope - expected)).toBeLessThan(2e-3 * Math.abs(expected) + 2e-5);
    }
    model.dispose();
  });
});

/** The loss with the head's input from `unit` multiplied by z. */
function lossWithGate(model: tfl.LayersModel, unit: number, z: number): number {
  const [kernel] = model.getLayer("head").weights;
  if (kernel === undefined) throw new Error("no kernel");
  const original = tf.clone(kernel.read());
  const rows = tf.tensor2d(
    [...Array(4).keys()].map((i) => (i === unit ? z : 1)),
    [4, 1],
  );
  const scaled = tf.mul(original, rows);
  kernel.write(scaled);
  const batch = makeBatch();
  const { loss, correct, gradients } = lossAndGradients(model, batch, { mode: "train" });
  const [value = Number.NaN] = loss.dataSync<"float32">();
  kernel.write(original);
  tf.dispose([original, rows, scaled, batch.xs, batch.ys, loss, correct, gradients]);
  return value;
}

describe("eq. 7", () => {
  const body = (x: Tensor): Tensor => gap(relu(norm("b1", conv("c1", 5, x))));

  it("before batch normalisation Σ w·g is negligible compared with eq. 8", async () => {
    const model = classifier(body);
    const graph: DependencyGraph = buildDependencyGraph(model);
    const batch = makeBatch();
    const { loss, correct, gradients } = lossAndGradients(model, batch, { mode: "train" });
    const all = [criteria.taylorWeightGroup(), criteria.taylorWeight()];
    const scores = await scoreGradients(graph, all, gradients, 0);
    const largest = (name: string): number => Math.max(...(scores.get(name)?.get("c1") ?? []));
    expect(largest("taylor-weight-group")).toBeLessThan(1e-4 * largest("taylor-weight"));
    tf.dispose([batch.xs, batch.ys, loss, correct, gradients]);
    model.dispose();
  });

  it("causes a warning", () => {
    const model = classifier(body);
    const [group] = buildDependencyGraph(model).groups as readonly Group[];
    expect(group?.slices.some(({ normalized }) => normalized)).toBe(true);
    model.dispose();
  });
});
