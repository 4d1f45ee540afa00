/** The oracle's losses equal those of the smaller models; its curves equal ones computed by hand. */

import { architecture, buildArchitecture } from "@repo/testing/random-architecture";
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { applyPlan, createPlan } from "@secateur/surgery";
import { type Batch, evaluate } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bestCurve,
  curveByScores,
  type GreedyRound,
  greedyCurve,
  greedyRemoval,
  importances,
  lossChanges,
  OracleError,
  subsetLosses,
} from "../src/index.ts";

const makeBatches = (model: tfl.LayersModel, seed: number): Batch<tf.Tensor, tf.Tensor>[] => {
  const shape = (model.inputs[0]?.shape ?? []).slice(1) as number[];
  return [3, 2].map((size, i) => ({
    xs: tf.randomNormal([size, ...shape], 0, 1, "float32", seed + i),
    ys: tf.tensor1d([0, 1, 0].slice(0, size), "int32"),
  }));
};

/** A random architecture with one head, flattened, and a softmax over two classes. */
function classifier(spec: Parameters<typeof buildArchitecture>[0]): tfl.LayersModel {
  const head = spec.head === "twoHeads" ? "average" : spec.head;
  const body = buildArchitecture({ ...spec, head, activation: "linear" });
  const [output] = body.outputs as [tfl.SymbolicTensor];
  const flat =
    output.shape.length === 2 ? output : (tfl.layers.flatten().apply(output) as tfl.SymbolicTensor);
  const classes = tfl.layers.dense({ name: "classes", units: 2, activation: "softmax" });
  return tfl.model({ inputs: body.inputs, outputs: classes.apply(flat) as tfl.SymbolicTensor });
}

async function lossOfCut(
  graph: DependencyGraph,
  group: string,
  units: number[],
  seed: number,
): Promise<number> {
  const smaller = applyPlan(graph.model, createPlan(graph, [[group, units]]), { graph });
  const { loss } = await evaluate(smaller, makeBatches(graph.model, seed));
  disposeModel(smaller);
  return loss;
}

describe("loss changes", () => {
  it("equal those of the smaller model on 40 random architectures, with one ablation per pass or many", async () => {
    let checked = 0;
    await fc.assert(
      fc.asyncProperty(architecture, fc.constantFrom(1, 7, 1000), async (spec, rowsPerPass) => {
        const model = classifier(spec);
        const graph = buildDependencyGraph(model);
        const batches = (): Batch<tf.Tensor, tf.Tensor>[] => makeBatches(model, spec.seed);
        const { loss: before } = await evaluate(model, batches());
        for await (const { group, loss, changes } of lossChanges(graph, batches, { rowsPerPass })) {
          expect(loss).toBeAllClose(before, { rtol: 1e-5 });
          if (changes.length < 2) continue; // a plan leaves one unit per group
          const last = changes.length - 1;
          const cut = await lossOfCut(graph, group, [last], spec.seed);
          expect(changes[last] ?? Number.NaN).toBeAllClose(cut - before, { rtol: 1e-3, atol: 1e-5 });
          checked++;
        }
        disposeModel(model);
      }),
      { numRuns: 40 },
    );
    expect(checked).toBeGreaterThan(60);
  });
});

it("soft labels, and a model input that a later layer reads, give the losses of the smaller model", async () => {
  const input = tfl.input({ shape: [3] });
  const dense = (name: string, x: tfl.SymbolicTensor): tfl.SymbolicTensor =>
    tfl.layers.dense({ name, units: 3, activation: "relu" }).apply(x) as tfl.SymbolicTensor;
  const joined = tfl.layers.concatenate().apply([dense("d2", dense("d1", input)), input]);
  const head = tfl.layers.dense({ name: "out", units: 2, activation: "softmax" });
  const model = tfl.model({ inputs: input, outputs: head.apply(joined) as tfl.SymbolicTensor });
  const graph = buildDependencyGraph(model);
  const soft = (): Batch<tf.Tensor, tf.Tensor>[] =>
    makeBatches(model, 1).map(({ xs, ys }) => {
      const probabilities = tf.tidy(() => tf.cast(tf.oneHot(ys, 2), "float32"));
      ys.dispose();
      return { xs, ys: probabilities };
    });
  const checked: string[] = [];
  for await (const { group, changes } of lossChanges(graph, soft)) {
    checked.push(group);
    const cut = applyPlan(model, createPlan(graph, [[group, [2]]]), { graph });
    const { loss } = await evaluate(cut, soft());
    const { loss: before } = await evaluate(model, soft());
    expect(changes[2]).toBeAllClose(loss - before, { rtol: 1e-3, atol: 1e-5 });
    disposeModel(cut);
  }
  expect(checked).toEqual(["d1", "d2"]);
  model.dispose();
});

function smallNetwork(): tfl.LayersModel {
  const kernelInitializer = tfl.initializers.heNormal({ seed: 4 });
  return tfl.sequential({
    layers: [
      tfl.layers.dense({ name: "a", units: 4, activation: "relu", inputShape: [3], kernelInitializer }),
      tfl.layers.dense({ name: "b", units: 3, activation: "relu", kernelInitializer }),
      tfl.layers.dense({ name: "out", units: 2, activation: "softmax", kernelInitializer }),
    ],
  });
}

describe("subsets", () => {
  it("are numbered by bits, equal the loss of the smaller model, and can start at any number", async () => {
    const model = smallNetwork();
    const graph = buildDependencyGraph(model);
    const batches = (): Batch<tf.Tensor, tf.Tensor>[] => makeBatches(model, 1);
    const all: number[] = [];
    for await (const { losses } of subsetLosses(graph, "a", batches, { chunk: 5 })) all.push(...losses);
    expect(all).toHaveLength(16);
    for (const subset of [0, 1, 6, 11]) {
      const units = [0, 1, 2, 3].filter((unit) => (subset >> unit) % 2 === 1);
      expect(all[subset]).toBeAllClose(await lossOfCut(graph, "a", units, 1), { rtol: 1e-4 });
    }
    const rest: number[] = [];
    for await (const { losses } of subsetLosses(graph, "a", batches, { from: 10 })) rest.push(...losses);
    expect(rest).toBeAllClose(all.slice(10), { rtol: 1e-6 });
    model.dispose();
  });

  it("refuse unknown groups, too many units and empty data", async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ name: "wide", units: 21, inputShape: [3] }),
        tfl.layers.dense({ name: "out", units: 2, activation: "softmax" }),
      ],
    });
    const graph = buildDependencyGraph(model);
    const first = (id: string): Promise<unknown> => subsetLosses(graph, id, () => []).next();
    await expect(first("x")).rejects.toThrow('no group "x"');
    await expect(first("wide")).rejects.toThrow("21 units, 2^21 subsets: pass a group of at most 20 units");
    await expect(lossChanges(graph, () => []).next()).rejects.toThrow(OracleError);
    await expect(lossChanges(graph, () => [], { groups: ["x"] }).next()).rejects.toThrow('no group "x"');
    await expect(greedyRemoval(graph, () => [], { unitsPerRound: 0 }).next()).rejects.toThrow(
      "unitsPerRound must be a whole number, 1 or more, not 0",
    );
    model.dispose();
  });

  it("a loss that is not finite throws", async () => {
    const model = smallNetwork();
    const bad = tf.fill([3, 2], Number.NaN);
    model.weights.find(({ originalName }) => originalName === "out/kernel")?.write(bad);
    bad.dispose();
    const graph = buildDependencyGraph(model);
    const batches = makeBatches(model, 1);
    const changes = lossChanges(graph, () => batches);
    await expect(changes.next()).rejects.toThrow("is not finite");
    for (const { xs, ys } of batches.slice(1)) tf.dispose([xs, ys]); // not read any more
    model.dispose();
  });
});

describe("curves", () => {
  // Without unit 0, 1 or 2 alone the loss is 1, 2 or 4; without 1 and 2 together it is 3.
  const losses = [0, 1, 2, 3, 4, 5, 3, 7];
  it("best: the smallest loss over all subsets of a size", () =>
    expect(bestCurve(losses)).toEqual([0, 1, 3, 7]));
  it("greedy: always removes the unit with the smallest loss", () =>
    expect(greedyCurve(losses)).toEqual([0, 1, 3, 7]));
  it("by scores: removes units in their order", () =>
    expect(curveByScores(losses, [9, 5, 2])).toEqual([0, 4, 3, 7]));
  it("no curve is below the best one", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 16, maxLength: 16 }), (random) => {
        const best = bestCurve(random);
        for (const curve of [greedyCurve(random), curveByScores(random, [3, 1, 2, 0])])
          for (const [k, loss] of curve.entries()) expect(loss).toBeGreaterThanOrEqual(Number(best[k]));
      }),
    );
  });
});

describe("greedy removal", () => {
  it("measures again after every round, and leaves one unit per group", async () => {
    const model = smallNetwork();
    const graph = buildDependencyGraph(model);
    const batches = (): Batch<tf.Tensor, tf.Tensor>[] => makeBatches(model, 1);
    const rounds: GreedyRound[] = [];
    for await (const round of greedyRemoval(graph, batches)) rounds.push(round);
    expect(rounds.map(({ left }) => left)).toEqual([6, 5, 4, 3, 2]);
    const changes = new Map<string, Float64Array>();
    for await (const each of lossChanges(graph, batches)) changes.set(each.group, each.changes);
    const all = [...changes].flatMap(([group, values]) =>
      Array.from(values, (change, unit) => ({ group, unit, importance: importances.absolute(change) })),
    );
    const [least] = all.sort((a, b) => a.importance - b.importance);
    expect(rounds[0]?.plan.remove).toEqual({ [least?.group ?? ""]: [least?.unit] });
    // The loss of the second round is that of the model after the first.
    const smaller = applyPlan(model, rounds[0]?.plan ?? createPlan(graph, []), { graph });
    const { loss } = await evaluate(smaller, batches());
    expect(rounds[1]?.loss).toBeAllClose(loss, { rtol: 1e-5 });
    disposeModel(smaller);
    model.dispose();
  });
});
