/** The reconstruction score against brute force: every unit is removed, and both layers that read it are refitted in float64. */
import { randomizeWeights } from "@repo/testing";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel, layerWeight } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { CompensationError, reconstructionScores } from "../src/index.ts";

const { layers } = tfl;
const ridge = 0.01;
const images = (): tf.Tensor => tf.randomNormal([24, 5, 5, 2], 0, 1, "float32", 3);

/** conv a (4, ReLU), read by conv b (3×3, 3 filters) and conv c (1×1, 5 filters, without bias). */
function network(): tfl.LayersModel {
  const x = tfl.input({ shape: [5, 5, 2] });
  const a = layers.conv2d({ name: "a", filters: 4, kernelSize: 1, activation: "relu" }).apply(x);
  const b = layers.conv2d({ name: "b", filters: 3, kernelSize: 3 }).apply(a);
  const c = layers.conv2d({ name: "c", filters: 5, kernelSize: 1, useBias: false }).apply(a);
  const pooled = [b, c].map((y) => layers.globalAveragePooling2d({}).apply(y)) as tfl.SymbolicTensor[];
  const joined = layers.concatenate({ name: "join" }).apply(pooled);
  const out = layers.dense({ name: "out", units: 3, activation: "softmax" }).apply(joined);
  const model = tfl.model({ inputs: x, outputs: out as tfl.SymbolicTensor });
  randomizeWeights(model, 5);
  return model;
}

/** Rows of the input patch under a square kernel, tap by tap. */
function patches(values: ArrayLike<number>, taps: number): number[][] {
  const places = 5 - taps + 1;
  const rows: number[][] = [];
  for (let n = 0; n < 24; n++)
    for (let y = 0; y < places; y++)
      for (let x = 0; x < places; x++)
        rows.push(
          Array.from({ length: taps * taps * 4 }, (_, f) => {
            const [tap, channel] = [Math.floor(f / 4), f % 4];
            const [row, column] = [y + Math.floor(tap / taps), x + (tap % taps)];
            return Number(values[((n * 5 + row) * 5 + column) * 4 + channel]);
          }),
        );
  return rows;
}

/** The least penalised squared error of a refit without a unit, relative to the variance of the outputs. */
function errorWithout(
  unit: number,
  rows: number[][],
  kernel: number[],
  outputs: number,
  hasBias: boolean,
): number {
  const size = rows[0]?.length ?? 0;
  const inputs = hasBias ? rows.map((row) => [...row, 1]) : rows;
  const weights = (f: number, m: number): number => (f < size ? Number(kernel[f * outputs + m]) : 0);
  const kept = Array.from({ length: inputs[0]?.length ?? 0 }, (_, f) => f).filter(
    (f) => f >= size || f % 4 !== unit,
  );
  const meanSquare = rows.flat().reduce((sum, v) => sum + v * v, 0) / rows.length / size;
  const penalty = (f: number): number => ridge * (f < size ? meanSquare : 1);
  let error = 0;
  let variance = 0;
  for (let m = 0; m < outputs; m++) {
    const targets = rows.map((row) => row.reduce((sum, v, f) => sum + v * weights(f, m), 0));
    const mean = targets.reduce((a, b) => a + b) / rows.length;
    variance += targets.reduce((sum, t) => sum + (t - mean) ** 2, 0) / rows.length;
    const matrix = kept.map((f) => kept.map((g) => mean2(inputs, f, g) + (f === g ? penalty(f) : 0)));
    const right = kept.map(
      (f) =>
        inputs.reduce((sum, row, n) => sum + Number(row[f]) * Number(targets[n]), 0) / rows.length +
        penalty(f) * weights(f, m),
    );
    const solution = solve(matrix, right);
    const residuals = inputs.map(
      (row, n) =>
        Number(targets[n]) - kept.reduce((sum, f, i) => sum + Number(row[f]) * Number(solution[i]), 0),
    );
    error += residuals.reduce((sum, r) => sum + r * r, 0) / rows.length;
    for (let f = 0; f < size; f++) {
      const now = f % 4 === unit ? 0 : Number(solution[kept.indexOf(f)]);
      error += penalty(f) * (now - weights(f, m)) ** 2;
    }
    if (hasBias) error += ridge * Number(solution.at(-1)) ** 2;
  }
  return error / variance;
}

const mean2 = (rows: number[][], f: number, g: number): number =>
  rows.reduce((sum, row) => sum + Number(row[f]) * Number(row[g]), 0) / rows.length;

/** Gauss elimination. */
function solve(a: number[][], b: number[]): number[] {
  for (const [i, row] of a.entries())
    for (const [j, other] of a.entries()) {
      if (i === j) continue;
      const factor = Number(other[i]) / Number(row[i]);
      for (let k = i; k < a.length; k++) other[k] = Number(other[k]) - factor * Number(row[k]);
      b[j] = Number(b[j]) - factor * Number(b[i]);
    }
  return b.map((value, i) => value / Number(a[i]?.[i]));
}

describe("reconstruction scores", () => {
  it("are the error after removal of one unit and a refit of its readers", async () => {
    const model = network();
    const graph = buildDependencyGraph(model);
    const scores = await reconstructionScores(graph, [{ xs: images() }], { ridge, positions: 25 });
    const inner = tfl.model({
      inputs: model.inputs,
      outputs: model.getLayer("a").output as tfl.SymbolicTensor,
    });
    const values = tf.tidy(() => (inner.predict(images()) as tf.Tensor).dataSync());
    const kernel = (name: string): number[] =>
      Array.from(layerWeight(model.getLayer(name), "kernel")?.read().dataSync() ?? []);
    for (let unit = 0; unit < 4; unit++) {
      const ofB = errorWithout(unit, patches(values, 3), kernel("b"), 3, true);
      const ofC = errorWithout(unit, patches(values, 1), kernel("c"), 5, false);
      const score = Number(scores.get("a")?.[unit]);
      expect(Math.abs(score - ofB - ofC)).toBeLessThan(1e-4 * (ofB + ofC));
    }
    disposeModel(model);
  });

  it("refuse a group that a layer reads which cannot be refitted", async () => {
    const x = tfl.input({ shape: [6, 2] });
    const a = layers.conv1d({ name: "a", filters: 4, kernelSize: 1 }).apply(x);
    const state = layers.gru({ name: "gru", units: 3, recurrentInitializer: "glorotUniform" }).apply(a);
    const out = layers.dense({ name: "out", units: 2 }).apply(state);
    const model = tfl.model({ inputs: x, outputs: out as tfl.SymbolicTensor });
    const samples = [{ xs: tf.zeros([2, 6, 2]) }];
    const scores = reconstructionScores(buildDependencyGraph(model), samples);
    await expect(scores).rejects.toThrow(CompensationError);
    await expect(scores).rejects.toThrow(/"gru", for which there is none/);
    tf.dispose(samples.map(({ xs }) => xs));
    disposeModel(model);
  });
});
