/** The choice of units that are easiest to compensate: against brute force, and what it leaves alone. */

import { randomizeWeights } from "@repo/testing";
import { createRandom } from "@secateur/base";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel, modelGraph, variableOf } from "@secateur/model-graph";
import { applyPlan, createPlan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { factorize, solveFactorized } from "../src/cholesky.ts";
import { eliminate, inverseOf } from "../src/elimination.ts";
import { compensate, swapUnits } from "../src/index.ts";

const size = 12;
const outputs = 5;
const blocks = Array.from({ length: 4 }, (_, unit) => Int32Array.from([0, 1, 2], (tap) => 4 * tap + unit));

/** Second moments of correlated inputs, and weights. */
function problem(seed: number): { moments: Float64Array; weights: Float64Array } {
  const random = createRandom(seed);
  const rows = Array.from({ length: 40 }, () => {
    const common = random.normal();
    return Array.from({ length: size }, () => random.normal() + common);
  });
  const moments = new Float64Array(size * size);
  for (const row of rows)
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        moments[i * size + j] = Number(moments[i * size + j]) + Number(row[i]) * Number(row[j]);
  return { moments, weights: Float64Array.from({ length: size * outputs }, () => random.normal()) };
}

/** The squared error of the best linear fit of all outputs from the inputs outside `gone`. */
function leastError(moments: Float64Array, weights: Float64Array, gone: readonly number[]): number {
  const out = new Set(gone.flatMap((block) => [...(blocks[block] ?? [])]));
  const kept = Array.from({ length: size }, (_, i) => i).filter((i) => !out.has(i));
  const matrix = Float64Array.from(kept.flatMap((i) => kept.map((j) => Number(moments[i * size + j]))));
  factorize(matrix, kept.length);
  let error = 0;
  for (let m = 0; m < outputs; m++) {
    const w = Array.from({ length: size }, (_, i) => Number(weights[i * outputs + m]));
    const full = w.map((_, i) => w.reduce((sum, value, j) => sum + Number(moments[i * size + j]) * value, 0));
    const right = Float64Array.from(kept, (i) => Number(full[i]));
    const solution = right.slice();
    solveFactorized(matrix, kept.length, solution);
    error += w.reduce((sum, value, i) => sum + value * Number(full[i]), 0);
    error -= right.reduce((sum, value, i) => sum + value * Number(solution[i]), 0);
  }
  return error;
}

describe("backward elimination", () => {
  it.each([1, 2, 3, 4, 5])(
    "removes the block whose loss the others replace best, each time (seed %i)",
    (seed) => {
      const { moments, weights } = problem(seed);
      const expected: number[] = [];
      while (expected.length < 3) {
        const candidates = [0, 1, 2, 3].filter((block) => !expected.includes(block));
        const errors = candidates.map((block) => leastError(moments, weights, [...expected, block]));
        expected.push(candidates[errors.indexOf(Math.min(...errors))] as number);
      }
      const factor = moments.slice();
      factorize(factor, size);
      const inverse = inverseOf(factor, size);
      expect(eliminate({ inverse, weights: weights.slice(), size, outputs, blocks }, 3)).toEqual(expected);
    },
  );
});

function network(): tfl.LayersModel {
  const { layers } = tfl;
  const x = tfl.input({ shape: [6, 6, 2] });
  const a = layers
    .conv2d({ name: "a", filters: 8, kernelSize: 3, padding: "same", activation: "relu" })
    .apply(x);
  const b = layers.conv2d({ name: "b", filters: 6, kernelSize: 3, padding: "same" }).apply(a);
  const nb = layers.batchNormalization({ name: "nb" }).apply(b);
  const c = layers.conv2d({ name: "c", filters: 6, kernelSize: 1 }).apply(nb);
  const sum = layers.add({ name: "sum" }).apply([nb, c] as tfl.SymbolicTensor[]);
  const flat = layers.flatten({ name: "flat" }).apply(sum);
  const fc = layers.dense({ name: "fc", units: 10, activation: "relu" }).apply(flat);
  const out = layers.dense({ name: "out", units: 3, activation: "softmax" }).apply(fc);
  const model = tfl.model({ inputs: x, outputs: out as tfl.SymbolicTensor });
  randomizeWeights(model, 2);
  return model;
}

const images = (): tf.Tensor => tf.randomNormal([64, 6, 6, 2], 0, 1, "float32", 7);

describe("swapUnits", () => {
  it("keeps how many units of each group go, and lowers the error after the refit", async () => {
    const model = network();
    const graph = buildDependencyGraph(model);
    const plan = createPlan(graph, [
      ["a", [0, 1, 2, 3]],
      ["b", [1]],
      ["fc", [0, 1, 2, 3, 4]],
    ]);
    const swapped = await swapUnits(graph, plan, [{ xs: images() }]);
    const counts = ({ remove }: typeof plan) =>
      Object.entries(remove).map(([id, units]) => [id, units.length]);
    expect(counts(swapped)).toEqual(counts(plan));
    expect(swapped.remove["b"]).toEqual([1]); // several layers read its units
    expect(swapped.remove["a"]).not.toEqual(plan.remove["a"]);
    const errors: number[] = [];
    for (const each of [plan, swapped]) {
      const smaller = applyPlan(model, each);
      const { model: refitted, report } = await compensate(model, smaller, each, [{ xs: images() }]);
      errors.push(report.after);
      disposeModel(smaller);
      disposeModel(refitted);
    }
    expect(errors[1]).toBeLessThan(errors[0] as number);
    disposeModel(model);
  });

  it("removes a duplicate first", async () => {
    const model = network();
    const setAll = (path: string, axis: number): void => {
      const weight = modelGraph(model).weights.get(path);
      if (weight === undefined) throw new Error(path);
      tf.tidy(() =>
        variableOf(weight).assign(tf.add(tf.gather(weight.read(), [0, 1, 2, 3, 4, 5, 6, 4], axis), 0)),
      );
    };
    setAll("a/kernel", 3);
    setAll("a/bias", 0); // unit 7 is unit 4
    const graph = buildDependencyGraph(model);
    const swapped = await swapUnits(graph, createPlan(graph, [["a", [0]]]), [{ xs: images() }], {
      ridge: 1e-6,
    });
    expect([4, 7]).toContain(swapped.remove["a"]?.[0]);
    disposeModel(model);
  });
});
