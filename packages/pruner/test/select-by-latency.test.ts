/** A budget in milliseconds: met by measurement, refused before any scoring where it cannot be. */
import { criteria } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import {
  BudgetError,
  type LatencyBudget,
  prune,
  pruneOnce,
  selectByLatency,
  selectUnits,
} from "../src/index.ts";

/** Almost all of the time is in the second convolution. */
const slow = (): tfl.LayersModel =>
  tfl.sequential({
    layers: [
      tfl.layers.conv2d({ name: "a", filters: 96, kernelSize: 3, padding: "same", inputShape: [24, 24, 3] }),
      tfl.layers.conv2d({ name: "b", filters: 96, kernelSize: 3, padding: "same", activation: "relu" }),
      tfl.layers.globalAveragePooling2d({}),
      tfl.layers.dense({ name: "out", units: 2, activation: "softmax" }),
    ],
  });

describe("a budget in latency", () => {
  it("is met by a plan that was measured, with the smallest removal that was tried", async () => {
    const model = slow();
    const {
      latency,
      plan,
      left,
      original,
      model: smaller,
    } = await pruneOnce(model, {
      criterion: criteria.l1(),
      budget: { latency: 0.3, batch: 4 },
    });
    if (latency === null) throw new Error("a measurement expected");
    expect(latency.batch).toBe(4);
    expect(latency.leftMs).toBeLessThanOrEqual(0.7 * latency.originalMs);
    const removed = Object.values(plan.remove).flat().length;
    expect(removed).toBeGreaterThan(0);
    expect(removed).toBeLessThan(190); // all that could go
    expect(Number(left.macs)).toBeLessThan(Number(original.macs));
    disposeModel(model);
    disposeModel(smaller);
  });

  it("is refused before any data is read where all that may go is not enough", async () => {
    const model = slow();
    const data = () => {
      throw new Error("data was read");
    };
    const options = { criterion: criteria.taylorGate(), data, budget: { latency: 0.9 } };
    const before = tf.memory().numTensors;
    const refused = /budget {"latency":0.9} cannot be met: .* \(maxShare\) .* ms, the original .* ms/;
    await expect(pruneOnce(model, { ...options, selection: { maxShare: 0.02 } })).rejects.toThrow(refused);
    expect(tf.memory().numTensors).toBe(before);
    disposeModel(model);
  });

  it("is refused by name where nothing is measured, and outside its range", async () => {
    const model = slow();
    const graph = buildDependencyGraph(model);
    const scores = new Map(graph.groups.map(({ id, unitCount }) => [id, new Float32Array(unitCount)]));
    const budget = { latency: 0.3 } as never;
    expect(() => selectUnits(graph, scores, budget)).toThrow("pass it to pruneOnce or to selectByLatency");
    const options = { criterion: criteria.l1(), data: [], budget };
    await expect(prune(model, options).next()).rejects.toThrow(
      "a budget in latency is an option of pruneOnce",
    );
    for (const wrong of [{ latency: 1 }, { latency: 0.3, batch: 0 }, { latency: 0.3, macs: 0.3 }])
      await expect(selectByLatency(graph, scores, wrong as LatencyBudget)).rejects.toThrow(BudgetError);
    disposeModel(model);
  });
});
