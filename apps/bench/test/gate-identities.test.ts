/**
 * The identities that make gates cheap (Molchanov et al., CVPR 2019), on real networks: the gate's gradient from weights
 * equals the one from activations; one example's FG is FO; margins hold the loss's derivatives; and what depends on the batch size, and what does not.
 */

import {
  criteria,
  defineCriterion,
  gradients,
  margins,
  perExampleGates,
  type Scores,
  scoreAll,
  stepOptionsFor,
  tensorGates,
} from "@secateur/criteria";
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { createModel, type ModelName } from "@secateur/models";
import { lossAndGradients, siteKey } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";

const networks: readonly ModelName[] = [
  "lenet3",
  "resnet20",
  "resnet20-b",
  "preact-resnet18",
  "densenet-cifar",
  "vgg11-bn",
  "mobilenet-v2",
];

const network = (name: ModelName): tfl.LayersModel =>
  createModel(name, { inputShape: [32, 32, 3], classes: 4, seed: 1 });

function images(count: number, from = 0): { xs: tf.Tensor; ys: tf.Tensor } {
  const all = tf.randomNormal([8, 32, 32, 3], 0, 1, "float32", 3);
  const xs = tf.slice(all, from, count);
  all.dispose();
  return { xs, ys: tf.tensor1d([0, 1, 2, 3, 0, 1, 2, 3].slice(from, from + count), "int32") };
}

const fromWeights = defineCriterion({
  name: "weights",
  observes: [gradients()],
  score: (group) => group.gateGradient,
});
const fromActivations = defineCriterion({
  name: "activations",
  observes: [perExampleGates()],
  score: (group) => tf.mean(group.gateGradientPerExample, 0),
});
const fromMargins = defineCriterion({
  name: "margins",
  observes: [margins({ topK: Number.POSITIVE_INFINITY })],
  score: ({ margins: { logProbabilities, slopes } }) =>
    tf.mean<tf.Tensor1D>(tf.sum(tf.mul(tf.expandDims(tf.exp(logProbabilities), 2), slopes), 0), 0),
});
const fromTensors = defineCriterion({
  name: "tensors",
  observes: [tensorGates()],
  score: (group) => tf.sum(group.gateGradientPerTensor, 0),
});

function expectEqual(
  graph: DependencyGraph,
  a: Scores | undefined,
  b: Scores | undefined,
  rtol = 1e-3,
): void {
  for (const { id } of graph.groups) {
    const expected = a?.get(id) ?? new Float32Array();
    const atol = rtol * Math.max(...expected.map(Math.abs));
    expect(b?.get(id) ?? [], id).toBeAllClose(expected, { rtol, atol });
  }
}

describe.each(networks)("%s", (name) => {
  it("has the same gate gradients from weights, from activations and from margins", async () => {
    const model = network(name);
    const graph = buildDependencyGraph(model);
    const all = [fromWeights, fromActivations, fromMargins];
    const scores = await scoreAll(model, graph, all, [images(4)], { mode: "eval" });
    expectEqual(graph, scores.get("weights"), scores.get("activations"));
    expectEqual(graph, scores.get("weights"), scores.get("margins"));
    model.dispose();
  });

  it("in mode train, too", async () => {
    const model = network(name);
    const graph = buildDependencyGraph(model);
    const scores = await scoreAll(model, graph, [fromWeights, fromActivations], [images(8)], {
      mode: "train",
    });
    expectEqual(graph, scores.get("weights"), scores.get("activations"), 5e-3);
    model.dispose();
  });
});

it("a gate on the one tensor that all consumers get is the gate at the consumers", async () => {
  const model = network("vgg11-bn");
  const graph = buildDependencyGraph(model);
  const both = [fromWeights, fromTensors, criteria.taylorGate(), criteria.taylorSkipGate()];
  const scores = await scoreAll(model, graph, both, [images(4)], { mode: "eval" });
  expectEqual(graph, scores.get("weights"), scores.get("tensors"));
  expectEqual(graph, scores.get("taylor-gate"), scores.get("taylor-skip-gate"));
  model.dispose();
});

it.each(["vgg11-bn", "resnet20-b"] as const)(
  "%s: a gate on what one layer alone reads is the gate at that layer",
  (name) => {
    const model = network(name);
    const sites = stepOptionsFor(buildDependencyGraph(model), [fromTensors]).gates;
    const atInputs = sites.filter(({ at }) => at === "input");
    expect(sites.length - atInputs.length).toBe(name === "vgg11-bn" ? 0 : 9); // the stem and all sums but the last
    const madeBy = (layer: tfl.layers.Layer): tfl.layers.Layer => {
      const source = (layer.input as tfl.SymbolicTensor).sourceLayer;
      return /Pooling/.test(source.getClassName()) ? madeBy(source) : source;
    };
    const atOutputs = atInputs.map(
      ({ layer }) => ({ layer: madeBy(model.getLayer(layer)).name, at: "output" }) as const,
    );
    const { xs, ys } = images(4);
    const found = lossAndGradients(
      model,
      { xs, ys },
      { mode: "eval", weights: [], gates: [...atInputs, ...atOutputs] },
    );
    expect(atInputs).not.toEqual([]);
    for (const [i, site] of atInputs.entries()) {
      const atOutput = found.gates[siteKey(atOutputs[i] ?? site)] ?? [];
      expect(found.gates[siteKey(site)]).toBeAllClose(atOutput, { rtol: 1e-3, atol: 1e-6 });
    }
    tf.dispose([xs, ys, found.loss, found.correct, found.gates]);
    model.dispose();
  },
);

it("skip gates of a stage are a choice of their own: (Σ over n tensors)² / n, shortcuts included", async () => {
  const model = network("resnet20-b");
  const graph = buildDependencyGraph(model);
  const scores = await scoreAll(model, graph, [fromTensors, criteria.taylorSkipGate()], [images(4)], {
    mode: "eval",
  });
  // The stem and the three blocks of the first stage: four tensors.
  const stage = graph.groups[0]?.id ?? "";
  const sums = scores.get("tensors")?.get(stage) ?? new Float32Array();
  expect(scores.get("taylor-skip-gate")?.get(stage) ?? []).toBeAllClose(
    sums.map((sum) => sum ** 2 / 4),
    { rtol: 1e-4 },
  );
  model.dispose();
});

it("FG of one example is FO", async () => {
  const model = network("resnet20");
  const graph = buildDependencyGraph(model);
  const both = [criteria.taylorGate(), criteria.taylorFullGradient()];
  const scores = await scoreAll(model, graph, both, [images(1)], { mode: "eval" });
  expectEqual(graph, scores.get("taylor-gate"), scores.get("taylor-fg"));
  model.dispose();
});

it("FO depends on the batch size, FG, OBD and the margins do not", async () => {
  const model = network("resnet20");
  const graph = buildDependencyGraph(model);
  const all = [criteria.taylorGate(), criteria.taylorFullGradient(), criteria.obd(), criteria.taylorMargin()];
  const options = { mode: "eval" } as const;
  const whole = await scoreAll(model, graph, all, [images(8)], options);
  const halves = await scoreAll(model, graph, all, [images(4), images(4, 4)], options);
  for (const name of ["taylor-fg", "obd", "taylor-margin"])
    expectEqual(graph, whole.get(name), halves.get(name));
  const gates = (scores: typeof whole): number[] =>
    [...(scores.get("taylor-gate")?.values() ?? [])].flatMap((values) => [...values]);
  const together = gates(whole);
  const apart = gates(halves).filter((value, i) => Math.abs(value - Number(together[i])) > 0.2 * value);
  expect(apart.length).toBeGreaterThan(together.length / 8);
  model.dispose();
});

it("Hutchinson's and Fisher's estimates tend to the curvature that all margins give", async () => {
  // Smooth in the gates: dense layers, and the gates' Hessian is exact on both sides.
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({
        name: "fc",
        units: 5,
        inputShape: [3],
        kernelInitializer: tfl.initializers.heNormal({ seed: 1 }),
      }),
      tfl.layers.dense({
        name: "out",
        units: 3,
        activation: "softmax",
        kernelInitializer: tfl.initializers.heNormal({ seed: 2 }),
      }),
    ],
  });
  const graph = buildDependencyGraph(model);
  const batch = (): { xs: tf.Tensor; ys: tf.Tensor } => ({
    xs: tf.randomNormal([64, 3], 0, 1, "float32", 5),
    ys: tf.tensor1d(
      Array.from({ length: 64 }, (_, i) => i % 3),
      "int32",
    ),
  });
  const batches = Array.from({ length: 200 }, batch);
  const all = [criteria.obd(), criteria.obdHutchinson(), criteria.obdFisher()];
  const scores = await scoreAll(model, graph, all, batches, { mode: "eval" });
  const exact = scores.get("obd")?.get("fc") ?? new Float32Array();
  const atol = 0.15 * Math.max(...exact);
  for (const name of ["obd-hutchinson", "obd-fisher"])
    expect(scores.get(name)?.get("fc") ?? [], name).toBeAllClose(exact, { rtol: 0, atol });
  model.dispose();
});

it("refuses a network with too many classes for a pass each, by name", async () => {
  const model = createModel("lenet3", { classes: 200 });
  const graph = buildDependencyGraph(model);
  const exact = criteria.obd({ topK: Number.POSITIVE_INFINITY });
  await expect(scoreAll(model, graph, [exact], [images(2)])).rejects.toThrow(
    'criterion "obd" cannot score this model: topK selects 199 classes, at most 127 are supported',
  );
  await scoreAll(model, graph, [criteria.obd()], [images(2)]); // follows three of them
  model.dispose();
});
