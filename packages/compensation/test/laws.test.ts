/** What holds exactly, whatever the network: an independent solution in double precision, and the limits of the refit. */

import { randomizeWeights } from "@repo/testing";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel, layerWeight, modelGraph, variableOf } from "@secateur/model-graph";
import { applyPlan, createPlan, type Plan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { type CompensationMethod, compensate } from "../src/index.ts";
import { recalibrate } from "../src/recalibrate.ts";

const { layers } = tfl;

/** conv a (6) → BN → ReLU → conv b (4), `biased` or not → [BN] → average → dense. */
function network({ normalized = true } = {}): tfl.LayersModel {
  const x = tfl.input({ shape: [6, 6, 2] });
  const a = layers.conv2d({ name: "a", filters: 6, kernelSize: 3, padding: "same" }).apply(x);
  const na = layers.batchNormalization({ name: "na" }).apply(a);
  const ra = layers.reLU({ name: "ra" }).apply(na);
  const b = layers.conv2d({ name: "b", filters: 4, kernelSize: 3, padding: "same" }).apply(ra);
  const nb = normalized ? layers.batchNormalization({ name: "nb" }).apply(b) : b;
  const pooled = layers.globalAveragePooling2d({ name: "gap" }).apply(nb);
  const out = layers.dense({ name: "out", units: 3, activation: "softmax" }).apply(pooled);
  const model = tfl.model({ inputs: x, outputs: out as tfl.SymbolicTensor });
  randomizeWeights(model, 1);
  return model;
}

const images = (count = 16): tf.Tensor => tf.randomNormal([count, 6, 6, 2], 0, 1, "float32", 9);

function removal(model: tfl.LayersModel, units: readonly number[]): readonly [Plan, tfl.LayersModel] {
  const graph = buildDependencyGraph(model);
  const plan = createPlan(graph, [["a", units]]);
  return [plan, applyPlan(model, plan, { graph })];
}

function setWeight(model: tfl.LayersModel, path: string, change: (old: tf.Tensor) => tf.Tensor): void {
  const weight = modelGraph(model).weights.get(path);
  if (weight === undefined) throw new Error(path);
  tf.tidy(() => variableOf(weight).assign(change(weight.read())));
}

const outputs = (model: tfl.LayersModel): number[] =>
  tf.tidy(() => Array.from((model.predict(images()) as tf.Tensor).dataSync()));

const largestDifference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - Number(b[i]))));

describe("least squares", () => {
  it("equals an independent solution of the normal equations in double precision", async () => {
    const model = network({ normalized: false });
    const [plan, smaller] = removal(model, [1, 4]);
    const ridge = 0.01;
    const { model: refitted } = await compensate(model, smaller, plan, [{ xs: images() }], {
      ridge,
      positions: 36,
    });
    const expected = solveByHand(model, smaller, ridge);
    const { kernel, bias } = weightsOf(refitted, "b");
    expect(largestDifference(expected, [...kernel, ...bias])).toBeLessThan(
      1e-4 * Math.max(...expected.map(Math.abs)),
    );
    for (const each of [model, smaller, refitted]) disposeModel(each);
  });

  it("is plain removal as the ridge grows", async () => {
    const model = network();
    const [plan, smaller] = removal(model, [0, 2]);
    const plain = outputs(smaller);
    const differences: number[] = [];
    for (const ridge of [1e2, 1e5, 1e8]) {
      const { model: refitted } = await compensate(model, smaller, plan, [{ xs: images() }], { ridge });
      differences.push(largestDifference(outputs(refitted), plain));
      disposeModel(refitted);
    }
    expect(differences[2]).toBeLessThan(1e-5);
    expect(differences[1]).toBeLessThan(differences[0] as number);
    disposeModel(model);
    disposeModel(smaller);
  });

  it("recovers exactly what a removed duplicate of a channel contributed", async () => {
    const model = network();
    const duplicate =
      (axis: number) =>
      (old: tf.Tensor): tf.Tensor =>
        tf.concat([tf.gather(old, [0, 1, 2, 3, 4], axis), tf.gather(old, [2], axis)], axis); // channel 5 = channel 2
    for (const [path, axis] of [
      ["a/kernel", 3],
      ["a/bias", 0],
      ["na/gamma", 0],
      ["na/beta", 0],
      ["na/moving_mean", 0],
      ["na/moving_variance", 0],
    ] as const)
      setWeight(model, path, duplicate(axis));
    const [plan, smaller] = removal(model, [5]);
    const original = outputs(model);
    expect(largestDifference(outputs(smaller), original)).toBeGreaterThan(1e-3);
    const { model: refitted, report } = await compensate(model, smaller, plan, [{ xs: images(64) }], {
      ridge: 1e-7,
    });
    expect(largestDifference(outputs(refitted), original)).toBeLessThan(1e-4);
    expect(report.after).toBeLessThan(1e-6);
    for (const each of [model, smaller, refitted]) disposeModel(each);
  });

  it.each(["least-squares", "output-scale", "mean-into-bias"] as const)(
    "%s changes nothing where a channel was removed that contributes nothing",
    async (method) => {
      const model = network();
      setWeight(model, "b/kernel", (old) => tf.mul(old, tf.tensor([1, 0, 1, 1, 1, 1], [1, 1, 6, 1])));
      const [plan, smaller] = removal(model, [1]);
      const { model: refitted } = await compensate(model, smaller, plan, [{ xs: images() }], {
        methods: [method],
      });
      expect(largestDifference(outputs(refitted), outputs(model))).toBeLessThan(1e-5);
      for (const each of [model, smaller, refitted]) disposeModel(each);
    },
  );

  it("keeps the norm of every filter, and the moving averages are those of the samples", async () => {
    const model = network();
    const [plan, smaller] = removal(model, [1, 3]);
    const { model: refitted } = await compensate(model, smaller, plan, [{ xs: images() }], { positions: 36 });
    const norms = (each: tfl.LayersModel): tf.Tensor =>
      tf.norm(tf.tensor2d(weightsOf(each, "b").kernel, [36, 4]), 2, 0);
    tf.tidy(() => {
      expect(norms(refitted)).toBeAllClose(norms(smaller), { rtol: 1e-4 });
    });
    const b = modelGraph(refitted).calls.find(({ path }) => path === "b");
    const inner = tfl.model({ inputs: refitted.inputs, outputs: b?.layer.output as tfl.SymbolicTensor });
    tf.tidy(() => {
      const { mean, variance } = tf.moments(inner.predict(images()) as tf.Tensor, [0, 1, 2]);
      const [mu, sigma2] = ["moving_mean", "moving_variance"].map((name) => weightsOf(refitted, "nb")[name]);
      expect(mean).toBeAllClose(mu as number[], { rtol: 1e-3, atol: 1e-4 });
      expect(variance).toBeAllClose(sigma2 as number[], { rtol: 1e-3 });
    });
    for (const each of [model, smaller, refitted]) disposeModel(each);
  });
});

describe("mean into bias", () => {
  it("is exact for a channel that is constant", async () => {
    const model = network({ normalized: false });
    // γ = 0: the channel is its β everywhere. Without padding the constant reaches every output alike.
    setWeight(model, "na/gamma", (old) => tf.mul(old, tf.tensor([1, 0, 1, 1, 1, 1])));
    setWeight(model, "na/beta", () => tf.tensor([0.1, 2, 0.1, 0.2, 0.3, 0.1]));
    const valid = withoutPadding(model);
    const [plan, smaller] = removal(valid, [1]);
    expect(largestDifference(outputs(smaller), outputs(valid))).toBeGreaterThan(1e-3);
    const methods: readonly CompensationMethod[] = ["mean-into-bias"];
    const { model: refitted } = await compensate(valid, smaller, plan, [{ xs: images() }], { methods });
    expect(largestDifference(outputs(refitted), outputs(valid))).toBeLessThan(1e-5);
    for (const each of [model, valid, smaller, refitted]) disposeModel(each);
  });
});

describe("recalibration", () => {
  it("sets the moving averages to the statistics of all samples, however they are cut into minibatches", () => {
    const model = network();
    const inner = tfl.model({
      inputs: model.inputs,
      outputs: model.getLayer("a").output as tfl.SymbolicTensor,
    });
    tf.tidy(() => {
      const minibatches = tf.split(images(48), [1, 2, 15, 30]);
      expect(
        recalibrate(
          model,
          minibatches.map((x) => [x]),
        ),
      ).toEqual(["na", "nb"]);
      const { mean, variance } = tf.moments(inner.predict(images(48)) as tf.Tensor, [0, 1, 2]);
      expect(mean).toBeAllClose(weightsOf(model, "na")["moving_mean"] as number[], {
        rtol: 1e-4,
        atol: 1e-5,
      });
      expect(variance).toBeAllClose(weightsOf(model, "na")["moving_variance"] as number[], { rtol: 1e-4 });
    });
    disposeModel(model);
  });

  it("is undone where it would take the outputs away from the original's", async () => {
    const model = network(); // its moving averages are not those of the images
    const [plan, smaller] = removal(model, [0]);
    const methods: readonly CompensationMethod[] = ["batch-norm"];
    const { model: refitted, report } = await compensate(model, smaller, plan, [{ xs: images() }], {
      methods,
    });
    expect(report).toMatchObject({ isReverted: true, after: report.before });
    expect(outputs(refitted)).toEqual(outputs(smaller));
    for (const each of [model, smaller, refitted]) disposeModel(each);
  });

  it("is undone alone, where a refit after it helps", async () => {
    const model = network();
    const [plan, smaller] = removal(model, [0]);
    const fit = async (methods: readonly CompensationMethod[]) =>
      compensate(model, smaller, plan, [{ xs: images() }], { methods });
    const { model: refitted, report } = await fit(["batch-norm", "least-squares"]);
    const alone = await fit(["least-squares"]);
    expect(report.methods.map(({ isReverted }) => isReverted)).toEqual([true, false]);
    expect(report).toMatchObject({ isReverted: false, after: alone.report.after });
    expect(outputs(refitted)).toEqual(outputs(alone.model));
    for (const each of [model, smaller, refitted, alone.model]) disposeModel(each);
  });
});

function weightsOf(
  model: tfl.LayersModel,
  name: string,
): Record<"kernel" | "bias" | string, number[]> & { kernel: number[]; bias: number[] } {
  const layer = model.getLayer(name);
  const names = ["kernel", "bias", "moving_mean", "moving_variance"];
  return Object.fromEntries(
    names.map((each) => [each, Array.from(layerWeight(layer, each)?.read().dataSync() ?? [])]),
  ) as never;
}

/** The same network and weights with unpadded convolutions. */
function withoutPadding(model: tfl.LayersModel): tfl.LayersModel {
  const config = JSON.parse(JSON.stringify(model.getConfig()).replaceAll('"same"', '"valid"'));
  const Model = model.constructor as unknown as { fromConfig(cls: unknown, config: object): tfl.LayersModel };
  const copy = Model.fromConfig(Model, config);
  copy.setWeights(model.getWeights());
  return copy;
}

/** Minimises over kernel and bias of "b" in plain double-precision loops; Gauss elimination. Kernel, then bias. */
function solveByHand(model: tfl.LayersModel, smaller: tfl.LayersModel, ridge: number): number[] {
  const [wide, narrow] = [model, smaller].map((each) => activations(each)) as [Activations, Activations];
  const { channels } = narrow;
  const size = 9 * channels + 1;
  const start = weightsOf(smaller, "b");
  const wideWeights = weightsOf(model, "b");
  const gram = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const right = Array.from({ length: size }, () => [0, 0, 0, 0]);
  const count = 16 * 36;
  for (let row = 0; row < count; row++) {
    const x = [...patch(narrow, row), 1];
    const full = patch(wide, row);
    for (let m = 0; m < 4; m++) {
      const target = full.reduce(
        (s, v, f) => s + v * Number(wideWeights.kernel[4 * f + m]),
        Number(wideWeights.bias[m]),
      );
      const now = x
        .slice(0, -1)
        .reduce((s, v, f) => s + v * Number(start.kernel[4 * f + m]), Number(start.bias[m]));
      for (let f = 0; f < size; f++)
        (right[f] as number[])[m] = Number(right[f]?.[m]) + ((target - now) * Number(x[f])) / count;
    }
    for (let f = 0; f < size; f++)
      for (let g = 0; g < size; g++)
        (gram[f] as number[])[g] = Number(gram[f]?.[g]) + (Number(x[f]) * Number(x[g])) / count;
  }
  const trace = gram.slice(0, -1).reduce((sum, row, f) => sum + Number(row[f]), 0);
  const lambda = (ridge * trace) / (size - 1);
  for (let f = 0; f < size; f++) {
    const penalty = f < size - 1 ? lambda : ridge; // the constant's mean square is 1
    (gram[f] as number[])[f] = Number(gram[f]?.[f]) + penalty;
  }
  const change = eliminate(gram, right);
  const rows = [
    ...Array.from({ length: size - 1 }, (_, f) => start.kernel.slice(4 * f, 4 * f + 4)),
    start.bias,
  ];
  return rows.flatMap((row, f) => row.map((value, m) => value + Number(change[f]?.[m])));
}

function eliminate(a: number[][], b: number[][]): number[][] {
  for (const [i, row] of a.entries()) {
    const pivot = Number(row[i]);
    for (const [j, other] of a.entries()) {
      if (j === i) continue;
      const factor = Number(other[i]) / pivot;
      for (let k = i; k < a.length; k++) other[k] = Number(other[k]) - factor * Number(row[k]);
      for (let m = 0; m < 4; m++) (b[j] as number[])[m] = Number(b[j]?.[m]) - factor * Number(b[i]?.[m]);
    }
  }
  return b.map((row, i) => row.map((value) => value / Number(a[i]?.[i])));
}

interface Activations {
  readonly values: ArrayLike<number>;
  readonly channels: number;
}

/** The input of "b", `[16, 6, 6, channels]`. */
function activations(model: tfl.LayersModel): Activations {
  const inner = tfl.model({
    inputs: model.inputs,
    outputs: model.getLayer("ra").output as tfl.SymbolicTensor,
  });
  return tf.tidy(() => {
    const x = inner.predict(images()) as tf.Tensor;
    return { values: Float64Array.from(x.dataSync()), channels: Number(x.shape[3]) } as never;
  });
}

/** The 3×3 patch around one of the 16·36 positions, zeros in the padding. */
function patch({ values, channels }: Activations, row: number): number[] {
  const [n, y, x] = [Math.floor(row / 36), Math.floor((row % 36) / 6), row % 6];
  const result: number[] = [];
  for (const dy of [-1, 0, 1])
    for (const dx of [-1, 0, 1])
      for (let c = 0; c < channels; c++) {
        const inside = y + dy >= 0 && y + dy < 6 && x + dx >= 0 && x + dx < 6;
        result.push(inside ? Number(values[((n * 6 + y + dy) * 6 + x + dx) * channels + c]) : 0);
      }
  return result;
}
