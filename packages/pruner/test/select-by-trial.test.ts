/** Trials: the plan with the smallest error on samples that were not fitted, within budget and selection. */
import { criteria, score } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import {
  BudgetError,
  jointly,
  PrunerError,
  pruneOnce,
  remainingOf,
  selectByTrial,
  type TrialOptions,
} from "../src/index.ts";
import { data, network } from "./small-loop.ts";

const samples = (): { xs: tf.Tensor }[] =>
  [...data(0)].map(({ xs, ys }) => {
    tf.dispose(ys);
    return { xs: xs as tf.Tensor };
  });

describe("selectByTrial", () => {
  it("meets the budget within the selection, and frees the samples", async () => {
    const model = network();
    const graph = buildDependencyGraph(model);
    const scores = await score(model, graph, criteria.taylorGate(), data(0), { mode: "eval" });
    const before = tf.memory().numTensors;
    const plan = await selectByTrial(graph, scores, { macs: 0.3 }, samples(), {
      selection: { exclude: "c1" },
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(Object.keys(plan.remove)).not.toContain("c1");
    const left = remainingOf(graph);
    const original = Number(left.amounts().macs);
    for (const group of graph.groups) left.remove(group, plan.remove[group.id]?.length ?? 0);
    expect(left.amounts().macs).toBeLessThanOrEqual(0.7 * original);
    disposeModel(model);
  });

  it("names what is wrong with budget and samples", async () => {
    const model = network();
    const graph = buildDependencyGraph(model);
    const scores = new Map(graph.groups.map(({ id, unitCount }) => [id, new Float32Array(unitCount)]));
    await expect(selectByTrial(graph, scores, { macs: 0.999 }, samples())).rejects.toThrow(BudgetError);
    const single = [{ xs: tf.ones([1, 6, 6, 2]) }];
    await expect(selectByTrial(graph, scores, { macs: 0.1 }, single)).rejects.toThrow(PrunerError);
    disposeModel(model);
  });

  it("honours the settings of the refit: the number of samples and the ridge decide what is fitted", async () => {
    const model = network();
    const graph = buildDependencyGraph(model);
    const scores = await score(model, graph, criteria.taylorGate(), data(0), { mode: "eval" });
    const choose = async (refit: TrialOptions["refit"]) =>
      JSON.stringify(await selectByTrial(graph, scores, { macs: 0.5 }, samples(), { refit: { ...refit } }));
    const few = await choose({ samples: 8, ridge: 100 });
    expect(few).toBe(await choose({ samples: 8, ridge: 100 }));
    expect(
      new Set([few, await choose({}), await choose({ samples: 8 }), await choose({ ridge: 1e-9 })]).size,
    ).toBeGreaterThan(1);
    for (const [refit, message] of [
      [{ ridge: -1 }, "ridge must be a number"],
      [{ sample: 3 } as object, 'refit has no field "sample"'],
    ] as const)
      await expect(selectByTrial(graph, scores, { macs: 0.5 }, [], { refit })).rejects.toThrow(message);
    disposeModel(model);
  });

  it("is refused by name where there is nothing to try", async () => {
    const model = network();
    const graph = buildDependencyGraph(model);
    const scores = new Map(graph.groups.map(({ id, unitCount }) => [id, new Float32Array(unitCount)]));
    const budget = { units: 0.3 };
    await expect(selectByTrial(graph, scores, budget, [])).rejects.toThrow("units all count the same");
    const options = { criterion: criteria.taylorGate(), data: () => data(0), compensate: { trials: true } };
    await expect(pruneOnce(model, { ...options, budget })).rejects.toThrow(
      'compensate.trials tries how scores are weighed by what a unit saves, which a budget {"units":0.3} does not',
    );
    await expect(
      pruneOnce(model, { ...options, criterion: jointly(), budget: { macs: 0.3 } }),
    ).rejects.toThrow("pass a criterion instead of jointly()");
    disposeModel(model);
  });

  it("serves pruneOnce where the settings ask for it", async () => {
    const model = network();
    const options = { criterion: criteria.taylorGate(), data: () => data(0), budget: { macs: 0.3 } } as const;
    const byTrial = await pruneOnce(model, { ...options, compensate: { trials: true } });
    const once = await pruneOnce(model, options);
    expect(byTrial.left.macs).toBeLessThanOrEqual(0.7 * Number(byTrial.original.macs));
    expect(Number(byTrial.compensation?.after)).toBeLessThanOrEqual(1.5 * Number(once.compensation?.after));
    for (const each of [model, byTrial.model, once.model]) disposeModel(each);
  });
});
