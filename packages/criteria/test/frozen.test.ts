/** Frozen layers: scores are those of the thawed copy bit for bit, for every criterion and every way to freeze. */
import { randomizeWeights } from "@repo/testing/random-architecture";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { cloneModel, disposeModel } from "@secateur/model-graph";
import type { Batch } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { criterionNames, criterionTable, type Scores, scoreAll } from "../src/index.ts";

/** A nested base of two convolutions with batch normalisation, dropout, and a head. */
function network(): tfl.LayersModel {
  const conv = (name: string, filters: number, more = {}) =>
    tfl.layers.conv2d({ name, filters, kernelSize: 3, useBias: false, ...more });
  const base = tfl.sequential({
    name: "base",
    layers: [
      conv("c1", 4, { inputShape: [7, 7, 2] }),
      tfl.layers.batchNormalization({ name: "n1" }),
      tfl.layers.reLU({}),
      conv("c2", 5),
      tfl.layers.batchNormalization({ name: "n2" }),
      tfl.layers.reLU({}),
    ],
  });
  const model = tfl.sequential({
    layers: [
      base,
      tfl.layers.dropout({ rate: 0.5 }),
      tfl.layers.globalAveragePooling2d({}),
      tfl.layers.dense({ name: "hidden", units: 4 }),
      tfl.layers.batchNormalization({ name: "n3" }),
      tfl.layers.reLU({}),
      tfl.layers.dense({ name: "out", units: 3, activation: "softmax" }),
    ],
  });
  randomizeWeights(model, 2);
  return model;
}

const batches = (): Batch[] =>
  [1, 2].map((seed) => ({
    xs: tf.randomNormal([6, 7, 7, 2], 0, 1, "float32", seed),
    ys: tf.tensor1d([0, 1, 2, 0, 1, 2], "int32"),
  }));

const ways: Readonly<Record<string, (model: tfl.LayersModel) => void>> = {
  "the whole model": (model) => {
    model.trainable = false;
  },
  "the nested base": (model) => {
    model.getLayer("base").trainable = false;
  },
  "every layer": (model) => {
    const base = model.getLayer("base") as tfl.LayersModel;
    for (const layer of [...base.layers, ...model.layers.slice(1)]) layer.trainable = false;
  },
};

/** Equal bit for bit on wasm; the threads of a native engine add up in any order. */
function expectEqual(scores: ReadonlyMap<string, Scores>, expected: ReadonlyMap<string, Scores>): void {
  if (tf.getBackend() === "wasm") {
    expect(scores).toEqual(expected);
    return;
  }
  expect([...scores.keys()]).toEqual([...expected.keys()]);
  for (const [name, groups] of expected)
    for (const [id, values] of groups) {
      const atol = 1e-4 * Math.max(...values.map(Math.abs));
      expect(scores.get(name)?.get(id) ?? [], `${name} of ${id}`).toBeAllClose(values, { rtol: 1e-3, atol });
    }
}

describe.each(Object.entries(ways))("%s frozen", (way, freeze) => {
  it.each(way === "every layer" ? (["train", "eval"] as const) : (["train"] as const))(
    "every criterion, mode %s",
    async (mode) => {
      const thawed = network();
      const frozen = cloneModel(thawed);
      freeze(frozen);
      const all = (): ReturnType<typeof criterionTable.l1>[] =>
        criterionNames.map((name) => criterionTable[name](0));
      const scoresOf = async (model: tfl.LayersModel): Promise<ReadonlyMap<string, Scores>> =>
        scoreAll(model, buildDependencyGraph(model), all(), batches(), { mode, onWarning: () => undefined });
      const scores = await scoresOf(frozen);
      expectEqual(scores, await scoresOf(thawed));
      expectEqual(await scoresOf(frozen), scores); // dropout is off
      const copy = cloneModel(frozen);
      expect(copy.trainableWeights.length).toBe(frozen.trainableWeights.length);
      for (const model of [thawed, frozen, copy]) disposeModel(model);
    },
  );
});
