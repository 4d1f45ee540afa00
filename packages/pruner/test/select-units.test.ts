/** Ranking and budgets: predicted counts equal counted ones, floors hold, and what cannot be met is told. */

import { architecture, buildArchitecture } from "@repo/testing/random-architecture";
import type { Scores } from "@secateur/criteria";
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { countMacs, countParameters } from "@secateur/metrics";
import { disposeModel } from "@secateur/model-graph";
import { applyPlan } from "@secateur/surgery";
import * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Budget, BudgetError, PrunerError, remainingOf, selectUnits } from "../src/index.ts";

const scoresFrom = (graph: DependencyGraph, numbers: readonly number[]): Scores => {
  let next = 0;
  return new Map(
    graph.groups.map(({ id, unitCount }) => [
      id,
      Float32Array.from({ length: unitCount }, () => numbers[next++ % numbers.length] ?? 0),
    ]),
  );
};

/** Dense 2→4→3→2, named "a", "b", "out". */
function perceptron(): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.dense({ name: "a", units: 4, inputShape: [2] }),
      tfl.layers.dense({ name: "b", units: 3 }),
      tfl.layers.dense({ name: "out", units: 2 }),
    ],
  });
}

function select(budget: Budget, options = {}): Readonly<Record<string, readonly number[]>> {
  const model = perceptron();
  const graph = buildDependencyGraph(model);
  try {
    return selectUnits(
      graph,
      new Map([
        ["a", Float32Array.of(5, 1, 4, 2)],
        ["b", Float32Array.of(3, 6, 0)],
      ]),
      budget,
      options,
    ).remove;
  } finally {
    disposeModel(model);
  }
}

describe("selectUnits", () => {
  it("takes the lowest of all layers together", () =>
    expect(select({ count: 3 })).toEqual({ a: [1, 3], b: [2] }));
  it("by share of units", () => expect(select({ units: 3 / 7 })).toEqual({ a: [1, 3], b: [2] }));
  // 8 + 12 + 6 = 26 multiply-adds; without b2: 8 + 8 + 4 = 20; and without a1: 6 + 6 + 4 = 16
  it("by share of MACs, until it is met", () => {
    expect(select({ macs: 6 / 26 })).toEqual({ b: [2] });
    expect(select({ macs: 7 / 26 })).toEqual({ a: [1], b: [2] });
  });
  // with biases 26 + 9 = 35; without b2: 20 + 8 = 28
  it("by share of parameters", () => expect(select({ parameters: 0.2 })).toEqual({ b: [2] }));
  it("nothing of nothing", () => expect(select({ units: 0 })).toEqual({}));
  it("keeps the floor of every layer", () => {
    expect(select({ count: 5 })).toEqual({ a: [1, 2, 3], b: [0, 2] });
    expect(select({ count: 3 }, { floor: 2 })).toEqual({ a: [1, 3], b: [2] });
  });

  it("says when a budget cannot be met", () => {
    expect(() => select({ count: 6 })).toThrow(BudgetError);
    expect(() => select({ count: 6 })).toThrow("2 units stay and at most 1 should");
    expect(() => select({ macs: 0.99 })).toThrow("macs stay");
  });

  it.each([
    [{ units: 1 }, "budget units: 1 is not the removed share"],
    [{ macs: -0.1 }, "budget macs: -0.1"],
    [{ count: 1.5 }, "budget count: 1.5 is not a whole number"],
    [{ flops: 0.5 } as unknown as Budget, "one of units, macs, parameters or count"],
    [{ units: 0.5, macs: 0.5 } as Budget, "a budget is one of"],
  ])("refuses %j", (budget, message) => {
    expect(() => select(budget)).toThrow(BudgetError);
    expect(() => select(budget)).toThrow(message);
  });

  it("refuses scores of another model", () => {
    const model = perceptron();
    const graph = buildDependencyGraph(model);
    expect(() => selectUnits(graph, new Map(), { count: 1 })).toThrow(PrunerError);
    disposeModel(model);
  });
});

it("counts models inside the model, each layer once", () => {
  const block = tfl.sequential({
    name: "block",
    layers: [
      tfl.layers.conv2d({ name: "inner", filters: 3, kernelSize: 3, padding: "same", inputShape: [6, 6, 3] }),
      tfl.layers.reLU({ name: "relu" }),
    ],
  });
  const x = tfl.input({ shape: [6, 6, 3] });
  const twice = block.apply(block.apply(x)) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: x, outputs: twice });
  expect(remainingOf(buildDependencyGraph(model)).amounts()).toMatchObject({
    macs: countMacs(model).total,
    parameters: countParameters(model).total,
  });
  disposeModel(model);
});

describe("on random architectures", () => {
  it("predicted MACs and parameters are those of the smaller model, and budgets are met", () => {
    fc.assert(
      fc.property(
        architecture,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 40 }),
        fc.double({ min: 0.05, max: 0.6, noNaN: true }),
        (spec, numbers, macs) => {
          const model = buildArchitecture(spec);
          const graph = buildDependencyGraph(model);
          const predicted = remainingOf(graph);
          const original = predicted.amounts();
          expect(original).toMatchObject({
            macs: countMacs(model).total,
            parameters: countParameters(model).total,
          });
          let plan: ReturnType<typeof selectUnits> | null = null;
          try {
            plan = selectUnits(graph, scoresFrom(graph, numbers), { macs });
          } catch (error) {
            expect(error).toBeInstanceOf(BudgetError); // one channel a layer is left
          }
          for (const group of plan === null ? [] : graph.groups) {
            for (const _ of plan?.remove[group.id] ?? []) predicted.remove(group);
          }
          if (plan !== null) {
            const smaller = applyPlan(model, plan);
            const counted = { macs: countMacs(smaller).total, parameters: countParameters(smaller).total };
            expect(predicted.amounts()).toMatchObject(counted);
            expect(counted.macs).toBeLessThanOrEqual((1 - macs) * original.macs + 1);
            disposeModel(smaller);
          }
          disposeModel(model);
        },
      ),
      { numRuns: 80, seed: 5 },
    );
  });
});
