/** A criterion, an observation and a loss of a user's own, each in one place and through the public interface alone. */
import fs from "node:fs";
import path from "node:path";
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import {
  type Batch,
  evaluate,
  forward,
  type GateSite,
  type Loss,
  lossAndGradients,
  meanSquaredError,
  sgd,
  siteKey,
  softmaxCrossEntropy,
  trainStep,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { criteria, defineCriterion, gradients, type Observation, score, scoreAll } from "../src/index.ts";

const seeded = (seed: number): ReturnType<typeof tfl.initializers.heNormal> =>
  tfl.initializers.heNormal({ seed });

/** Two convolutions in front of a head of two outputs, classes or numbers. */
function network(activation: "softmax" | "linear"): tfl.LayersModel {
  const conv = (name: string, filters: number, seed: number) =>
    tfl.layers.conv2d({ name, filters, kernelSize: 3, activation: "relu", kernelInitializer: seeded(seed) });
  return tfl.sequential({
    layers: [
      tfl.layers.inputLayer({ inputShape: [7, 7, 2] }),
      conv("a", 4, 1),
      conv("b", 3, 2),
      tfl.layers.flatten({ name: "flat" }),
      tfl.layers.dense({ name: "head", units: 2, activation, kernelInitializer: seeded(3) }),
    ],
  });
}

const images = (): tf.Tensor => tf.randomNormal([6, 7, 7, 2], 0, 1, "float32", 4);

let model: tfl.LayersModel;
let graph: DependencyGraph;

function use(activation: "softmax" | "linear"): void {
  model = network(activation);
  graph = buildDependencyGraph(model);
}

afterEach(() => disposeModel(model));

describe("a criterion", () => {
  beforeEach(() => use("softmax"));

  // The one line.
  const largestWeight = defineCriterion({
    name: "largest-weight",
    observes: [],
    score: (group) => tf.max(tf.abs(group.rows(["kernel"])), 1),
  });

  it("of one line scores every unit of every group", async () => {
    const batch = { xs: images(), ys: tf.tensor1d([0, 1, 0, 1, 0, 1], "int32") };
    const scores = await score(model, graph, largestWeight, [batch]);
    for (const name of ["a", "b"]) {
      const kernel = model.getLayer(name).getWeights()[0] as tf.Tensor; // [kh, kw, cin, cout]
      const expected = tf.tidy(() => tf.max(tf.abs(kernel), [0, 1, 2]).dataSync());
      expect(scores.get(name) ?? []).toBeAllClose(expected);
    }
  });
});

/**
 * The gradient of each unit's gate when the images are noisy: a training step of its own on other images.
 * Adds `noisyGateGradient` to a group.
 */
function noisyGates({
  deviation = 0.1,
} = {}): Observation<
  { readonly noisyGateGradient: tf.Tensor1D },
  object,
  Readonly<Record<string, tf.Tensor2D>>
> {
  const atInput = (layer: string): GateSite => ({ layer, at: "input" });
  return {
    name: "noisy gates",
    pass({ graph: { model, groups }, batch, mode, minibatch, loss = softmaxCrossEntropy() }) {
      const slices = groups.flatMap((group) => group.slices.filter(({ role }) => role === "input"));
      const xs = tf.tidy(() =>
        [batch.xs]
          .flat()
          .map((x) => tf.add(x, tf.randomNormal(x.shape, 0, deviation, "float32", minibatch + 1))),
      );
      const options = { mode, loss, weights: [], gates: slices.map(({ layer }) => atInput(layer)) };
      const step = lossAndGradients(model, { xs, ys: batch.ys }, options);
      tf.dispose([xs, step.loss, step.correct]);
      return step.gates;
    },
    group: (scope, gates) => ({
      get noisyGateGradient() {
        const perExample = scope.perConsumer((layer) => gates[siteKey(atInput(layer))] as tf.Tensor2D);
        return tf.mean<tf.Tensor1D>(tf.addN([...perExample]), 0);
      },
    }),
  };
}

describe("an observation with a pass and a field", () => {
  beforeEach(() => use("softmax"));

  const noisyGate = (deviation: number) =>
    defineCriterion({
      name: "noisy-gate",
      observes: [noisyGates({ deviation }), gradients()], // beside one of the package's
      score: (group) => tf.mul(group.noisyGateGradient, group.gateGradient),
    });

  const scoresWith = async (deviation: number) => {
    const batch: Batch = { xs: images(), ys: tf.tensor1d([0, 1, 0, 1, 0, 1], "int32") };
    return await scoreAll(model, graph, [noisyGate(deviation), criteria.taylorGate()], [batch]);
  };

  it("is read by a criterion: without noise it is the gate's gradient, with noise it is not", async () => {
    const [without, noisy] = [await scoresWith(0), await scoresWith(0.5)];
    for (const name of ["a", "b"]) {
      const exact = without.get("taylor-gate")?.get(name) ?? [];
      expect(Math.max(...exact)).toBeGreaterThan(0);
      expect(without.get("noisy-gate")?.get(name) ?? []).toBeAllClose(exact, { rtol: 1e-4, atol: 1e-9 });
      expect(noisy.get("noisy-gate")?.get(name) ?? []).not.toBeAllClose(exact, { rtol: 0.05 });
    }
  });
});

describe("a loss", () => {
  beforeEach(() => use("linear"));

  /** Huber's loss, quadratic up to `delta` and linear beyond (Huber 1964). */
  const huber = (delta: number): Loss => ({
    name: "huber",
    perExample: (output, target) =>
      tf.tidy(() => {
        const distance = tf.abs(tf.sub(output, target));
        const near = tf.minimum(distance, delta);
        return tf.mean(tf.add(tf.div(tf.square(near), 2), tf.mul(tf.sub(distance, near), delta)), 1);
      }),
  });

  const batch = (): Batch => ({ xs: images(), ys: tf.randomNormal([6, 2], 0, 1, "float32", 5) });

  it("scores units: where every error is near, a quarter of the scores of the squared error", async () => {
    const squared = await score(model, graph, criteria.taylorGate(), [batch()], { loss: meanSquaredError() });
    const near = await score(model, graph, criteria.taylorGate(), [batch()], { loss: huber(100) });
    const far = await score(model, graph, criteria.taylorGate(), [batch()], { loss: huber(0.1) });
    for (const [id, values] of squared) {
      expect(near.get(id) ?? [], id).toBeAllClose(
        values.map((value) => value / 4),
        { rtol: 1e-4, atol: 1e-9 },
      );
      expect(far.get(id) ?? [], id).not.toBeAllClose(near.get(id) ?? [], { rtol: 0.05 });
    }
  });

  it("trains, and is what evaluate measures", async () => {
    const loss = huber(0.5);
    const optimizer = sgd({ learningRate: 0.02, momentum: 0.9 });
    const before = await evaluate(model, [batch()], { loss });
    const first = await trainStep(model, optimizer, batch(), { loss });
    for (let step = 1; step < 30; step++) await trainStep(model, optimizer, batch(), { loss, step });
    const after = await evaluate(model, [batch()], { loss });
    expect(first.loss).toBeAllClose(before.loss, { rtol: 1e-4 });
    expect(first.accuracy).toBeNaN();
    expect(after.loss).toBeLessThan(before.loss / 2);
    optimizer.dispose();
  });
});

describe("the observation of the README", () => {
  beforeEach(() => use("softmax"));

  const energies = (): Observation<
    { readonly energy: tf.Tensor1D },
    object,
    Readonly<Record<string, tf.Tensor>>
  > => ({
    name: "energies",
    pass: ({ graph, batch, mode }) => {
      const found: Record<string, tf.Tensor> = {};
      const paths = graph.groups.flatMap(({ slices }) => slices.filter(({ role }) => role === "input"));
      const hooks = paths.map(({ layer }) => {
        const hook = (x: tf.Tensor): tf.Tensor => {
          found[layer] = tf.keep(tf.mean(tf.square(x), [...x.shape.keys()].slice(0, -1))); // [channels]
          return x;
        };
        return [layer, hook] as const;
      });
      tf.dispose(forward(graph.model, batch.xs, { mode, inputHooks: Object.fromEntries(hooks) }));
      return found; // disposed after scoring
    },
    group: (scope, found) => ({
      get energy() {
        const perConsumer = scope.perConsumer((layer) => found[layer] as tf.Tensor1D); // [units] each
        return tf.addN([...perConsumer]) as tf.Tensor1D;
      },
    }),
  });

  const energy = defineCriterion({
    name: "energy",
    observes: [energies()],
    score: (group) => group.energy,
  });

  it("is in the README as it is here", () => {
    const readme = fs.readFileSync(path.join(import.meta.dirname, "../README.md"), "utf8");
    const here = fs.readFileSync(import.meta.filename, "utf8");
    const squeezed = (text: string): string => text.replaceAll(/\s+/g, "");
    const [, shown = ""] = /```ts\n(const energies[^`]*)```/.exec(readme) ?? [];
    expect(squeezed(here)).toContain(squeezed(shown));
  });

  it("scores by the mean square of what the consumers read, added up over positions after Flatten", async () => {
    const xs = images();
    const [a, b] = ["a", "b"].map((name) => model.getLayer(name));
    const [first = [], second = []] = tf.tidy(() => {
      const x = a?.apply(xs) as tf.Tensor;
      const y = b?.apply(x) as tf.Tensor;
      const perPosition = tf.mean(tf.square(y), 0); // [height, width, channels]
      return [tf.mean(tf.square(x), [0, 1, 2]), tf.sum(perPosition, [0, 1])].map((each) => [
        ...each.dataSync(),
      ]);
    });
    const scores = await score(model, graph, energy, [{ xs, ys: tf.zeros([6], "int32") }]);
    expect(scores.get("a") ?? []).toBeAllClose(first, { rtol: 1e-5 });
    expect(scores.get("b") ?? []).toBeAllClose(second, { rtol: 1e-5 });
  });
});
