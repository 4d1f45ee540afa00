/** Ranking and budgets: predicted counts equal counted ones, floors hold, and what cannot be met is told. */

import { architecture, buildArchitecture } from "@repo/testing/random-architecture";
import type { Scores } from "@secateur/criteria";
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { countMacs, countParameters } from "@secateur/metrics";
import { disposeModel } from "@secateur/model-graph";
import { applyPlan, type Plan } from "@secateur/surgery";
import * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Budget,
  BudgetError,
  PrunerError,
  remainingOf,
  type Selection,
  selectUnits,
} from "../src/index.ts";

const scoresFrom = (graph: DependencyGraph, numbers: readonly number[]): Scores => {
  let next = 0;
  return new Map(
    graph.groups.map(({ id, unitCount }) => [
      id,
      Float32Array.from({ length: unitCount }, () => numbers[next++ % numbers.length] ?? 0),
    ]),
  );
};

/** For scores that are all equal. */
const quiet = { onWarning: () => undefined };

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

function select(budget: Budget, selection: Selection = {}): Readonly<Record<string, readonly number[]>> {
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
      selection,
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
  it("keeps minUnits in every layer", () => {
    expect(select({ count: 5 })).toEqual({ a: [1, 2, 3], b: [0, 2] });
    expect(select({ count: 3 }, { minUnits: 2 })).toEqual({ a: [1, 3], b: [2] });
  });

  it("says when a budget cannot be met", () => {
    expect(() => select({ count: 6 })).toThrow(BudgetError);
    expect(() => select({ count: 6 })).toThrow(
      "at most 71.4 % of the units can be removed (2 stay, at most 1 should)",
    );
    expect(() => select({ macs: 0.99 })).toThrow("of the macs can be removed");
  });

  it.each([
    [{ units: 1 }, "budget units: 1 is not the removed share"],
    [{ macs: -0.1 }, "budget macs: -0.1"],
    [{ count: 1.5 }, "budget count: 1.5 is not a whole number"],
    [{ flops: 0.5 } as unknown as Budget, "one of units, macs, parameters, bytes or count"],
    [{ units: 0.5, macs: 0.5 } as Budget, "a budget must be one of"],
  ])("refuses %j", (budget, message) => {
    expect(() => select(budget)).toThrow(BudgetError);
    expect(() => select(budget)).toThrow(message);
  });

  it("refuses scores of another model, and scores that are not finite", () => {
    const model = perceptron();
    const graph = buildDependencyGraph(model);
    expect(() => selectUnits(graph, new Map(), { count: 1 })).toThrow(PrunerError);
    const scores = scoresFrom(graph, [1, Number.NaN]);
    expect(() => selectUnits(graph, scores, { count: 1 })).toThrow('the score of unit 1 of "a" is NaN');
    disposeModel(model);
  });

  it("warns of scores that are all equal, which rank nothing", () => {
    const model = perceptron();
    const graph = buildDependencyGraph(model);
    const warnings: string[] = [];
    const onWarning = (message: string): void => void warnings.push(message);
    for (const numbers of [[0], [0.5], [0.5, 0.25]])
      selectUnits(graph, scoresFrom(graph, numbers), { count: 1 }, {}, { onWarning });
    expect(warnings).toEqual([
      expect.stringMatching(/^the scores of all units are 0: the loss does not depend on the units/),
      expect.stringMatching(/^the scores of all units are 0.5: nothing tells them apart/),
    ]);
    disposeModel(model);
  });
});

describe("a selection", () => {
  it("excludes layers by name, glob or function", () => {
    for (const exclude of ["a", "a*", ["a"], (path: string) => path === "a"])
      expect(select({ count: 2 }, { exclude })).toEqual({ b: [0, 2] });
  });
  it("includes only what matches", () => {
    expect(select({ count: 2 }, { include: "b" })).toEqual({ b: [0, 2] });
    expect(() => select({ count: 1 }, { include: "*", exclude: "*" })).toThrow(BudgetError);
  });
  it("names a pattern that matches no layer", () =>
    expect(() => select({ count: 1 }, { exclude: ["b", "conv*"] })).toThrow(
      'selection.exclude: no layer of "sequential',
    ));
  it("removes at most a share of a group", () =>
    expect(select({ count: 3 }, { maxShare: 0.5 })).toEqual({ a: [1, 3], b: [2] }));

  // a: 4 units, scores 5 1 4 2; b: 3 units, scores 3 6 0. To even numbers b gives {2} (mean 0), a gives {1, 3} (1.5).
  it("rounds what is left to a multiple, never to 0", () => {
    expect(select({ count: 1 }, { roundTo: 2 })).toEqual({ b: [2] });
    expect(select({ count: 2 }, { roundTo: 2 })).toEqual({ a: [1, 3], b: [2] });
    expect(() => select({ count: 4 }, { roundTo: 2 })).toThrow(BudgetError);
    expect(() => select({ count: 1 }, { roundTo: 8 })).toThrow("at most 0.0 % of the units");
  });

  it("counts a residual stage's producers together", () => {
    const x = tfl.input({ shape: [4] });
    const first = tfl.layers.dense({ name: "stem", units: 4 }).apply(x) as tfl.SymbolicTensor;
    const inner = tfl.layers.dense({ name: "block1_inner", units: 4 }).apply(first);
    const last = tfl.layers.dense({ name: "block1_last", units: 4 }).apply(inner) as tfl.SymbolicTensor;
    const sum = tfl.layers.add().apply([first, last]);
    const out = tfl.layers.dense({ name: "out", units: 2 }).apply(sum) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: x, outputs: out });
    const graph = buildDependencyGraph(model);
    const groups = (selection: Selection): readonly string[] =>
      Object.keys(selectUnits(graph, scoresFrom(graph, [0]), { count: 2 }, selection, quiet).remove);
    expect(groups({ include: "block1_*" })).toEqual(["block1_inner"]); // the stage has a producer outside
    expect(groups({ exclude: "block1_last" })).toEqual(["block1_inner"]);
    expect(groups({ exclude: "block1_inner" })).toEqual(["stem"]);
    disposeModel(model);
  });
});

it("matches layers of models inside the model by path", () => {
  const dense = (name: string): tfl.layers.Layer => tfl.layers.dense({ name, units: 4, inputShape: [4] });
  const backbone = tfl.sequential({ name: "backbone", layers: [dense("a"), dense("b")] });
  const model = tfl.sequential({ layers: [backbone, dense("c"), dense("out")] });
  const graph = buildDependencyGraph(model);
  const groups = (exclude: string): readonly string[] =>
    Object.keys(selectUnits(graph, scoresFrom(graph, [0]), { units: 0.2 }, { exclude }, quiet).remove);
  expect(groups("backbone/*")).toEqual(["c"]);
  expect(groups("backbone/a")).toEqual(["backbone/b"]);
  expect(groups("*b*")).toEqual(["backbone/a"]);
  disposeModel(model);
});

it.each([1, -1])(
  "removes the units that save most first where all scores are %i and the budget is in MACs",
  (value) => {
    const dense = (name: string, units: number): tfl.layers.Layer => tfl.layers.dense({ name, units });
    const layers = [
      tfl.layers.dense({ name: "a", units: 9, inputShape: [50] }),
      dense("b", 9),
      dense("c", 9),
      dense("out", 2),
    ];
    const model = tfl.sequential({ layers });
    const graph = buildDependencyGraph(model); // a unit of a, b, c saves 59, 18, 11 MACs
    const scores = new Map(
      graph.groups.map(({ id, unitCount }) => [id, new Float32Array(unitCount).fill(value)]),
    );
    const removed = (macs: number): readonly string[] =>
      Object.keys(selectUnits(graph, scores, { macs }).remove);
    expect(removed(0.1)).toEqual(["a"]);
    expect(removed(0.75)).toEqual(["a", "b"]);
    expect(Object.keys(selectUnits(graph, scores, { count: 20 }).remove)).toEqual(["a", "b", "c"]);
    disposeModel(model);
  },
);

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
  const numbers = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 40 });

  it("predicted MACs and parameters are those of the smaller model, and budgets are met", () => {
    let met = 0;
    const shares = fc.double({ min: 0.05, max: 0.6, noNaN: true });
    const law = fc.property(
      architecture,
      numbers,
      shares,
      fc.constantFrom(1, 2, 3),
      (spec, scores, macs, roundTo) => {
        const model = buildArchitecture(spec);
        const graph = buildDependencyGraph(model);
        const predicted = remainingOf(graph);
        const original = predicted.amounts();
        expect(original).toMatchObject(counted(model));
        const plan = planOrNull(() =>
          selectUnits(graph, scoresFrom(graph, scores), { macs }, { roundTo }, quiet),
        );
        if (plan !== null) {
          met++;
          for (const { id, unitCount } of graph.groups)
            expectRounded(unitCount, plan.remove[id]?.length ?? 0, roundTo);
          for (const group of graph.groups) {
            const before = predicted.amounts();
            const saved = predicted.savings(group, plan.remove[group.id]?.length ?? 0);
            predicted.remove(group, plan.remove[group.id]?.length ?? 0);
            const left = predicted.amounts();
            expect(before.units - left.units).toBe(saved.units);
            expect(before.parameters - left.parameters).toBe(saved.parameters);
            expect(
              Math.abs(Number(before.macs) - Number(left.macs) - Number(saved.macs)),
            ).toBeLessThanOrEqual(1); // amounts are rounded
          }
          const smaller = applyPlan(model, plan);
          expect(predicted.amounts()).toMatchObject(counted(smaller));
          expect(counted(smaller).macs).toBeLessThanOrEqual((1 - macs) * Number(original.macs) + 1);
          disposeModel(smaller);
        }
        disposeModel(model);
      },
    );
    fc.assert(law, { numRuns: 120 });
    expect(met).toBeGreaterThan(40); // the others cannot reach their budget
  });
});

const counted = (model: tfl.LayersModel): { readonly macs: number; readonly parameters: number } => ({
  macs: countMacs(model).total,
  parameters: countParameters(model).total,
});

/** Null where the budget cannot be met. */
function planOrNull(make: () => Plan): Plan | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof BudgetError) return null;
    throw error;
  }
}

/** Without rounding a group may lose all its units, where its layers keep units of other groups. */
function expectRounded(unitCount: number, removed: number, roundTo: number): void {
  if (removed === 0 || roundTo === 1) return;
  expect((unitCount - removed) % roundTo).toBe(0);
  expect(removed).toBeLessThan(unitCount);
}
