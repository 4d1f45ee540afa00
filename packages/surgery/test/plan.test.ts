/** Plans as JSON, invalid plans, and the smaller model as an ordinary tfjs model. */
import { saveAndRunElsewhere } from "@repo/testing/load-elsewhere";
import { buildArchitecture } from "@repo/testing/random-architecture";
import { buildDependencyGraph, type LayerRule, layerRules } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  applyPlan,
  createPlan,
  InvalidPlanError,
  parsePlan,
  RemovalMismatchError,
  silence,
  verifyPlan,
} from "../src/index.ts";

let model: tfl.LayersModel;

beforeEach(() => {
  model = tfl.sequential({
    name: "small",
    layers: [
      tfl.layers.conv2d({ name: "a", filters: 3, kernelSize: 3, inputShape: [5, 5, 1], activation: "relu" }),
      tfl.layers.flatten({ name: "flat" }),
      tfl.layers.dense({ name: "fc", units: 4 }),
    ],
  });
});

afterEach(() => model.dispose());

const planOf = (remove: Record<string, number[]>): ReturnType<typeof parsePlan> =>
  parsePlan(
    JSON.stringify({ formatVersion: 1, fingerprint: buildDependencyGraph(model).fingerprint, remove }),
  );

describe("a plan", () => {
  it("is unchanged by a round trip through JSON", () => {
    const plan = createPlan(buildDependencyGraph(model), [["a", [2, 0]]]);
    expect(parsePlan(JSON.stringify(plan))).toEqual(plan);
    expect(plan.remove).toEqual({ a: [0, 2] });
  });

  it.each([
    ["{", "expected a plan as JSON text"],
    ["[]", "expected a plan, a JSON object, not []"],
    ['{"formatVersion":2}', "formatVersion 1, not 2"],
    ['{"formatVersion":1}', '"fingerprint"'],
    ['{"formatVersion":1,"fingerprint":"x"}', '"remove"'],
    ['{"formatVersion":1,"fingerprint":"x","remove":{"a":["0"]}}', 'unit numbers for group "a"'],
  ])("refuses %s", (json, message) => {
    expect(() => parsePlan(json)).toThrow(InvalidPlanError);
    expect(() => parsePlan(json)).toThrow(message);
  });

  it("refuses a deeply nested formatVersion without running out of stack", () => {
    const json = `{"formatVersion":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    expect(() => parsePlan(json)).toThrow(InvalidPlanError);
  });

  it.each([
    [{ b: [0] }, 'names group "b", which the model does not have'],
    [{ a: [3] }, 'group "a" has units 0 to 2; the plan removes 3'],
    [{ a: [0.5] }, "removes 0.5"],
    [{ a: [1, 1] }, 'removes a unit of "a" twice'],
    [{ a: [0, 1, 2] }, 'removes every index of axis 3 of "a/kernel"'],
  ])("with %j is not applied", (remove, message) => {
    expect(() => applyPlan(model, planOf(remove))).toThrow(InvalidPlanError);
    expect(() => applyPlan(model, planOf(remove))).toThrow(message);
  });

  it("of another model is refused", () => {
    const other = tfl.sequential({ layers: [tfl.layers.dense({ name: "a", units: 3, inputShape: [2] })] });
    const plan = planOf({ a: [0] });
    expect(() => applyPlan(other, plan)).toThrow("the plan is for another model");
    expect(() => silence(other, plan)).toThrow(InvalidPlanError);
    other.dispose();
  });
});

describe("surgery by hand", () => {
  it("removes filter c from the kernel, and every index p·C + c from the layer after Flatten", () => {
    const smaller = applyPlan(model, planOf({ a: [1] }));
    const [kernel, bias, dense] = smaller.getWeights();
    const [oldKernel, , oldDense] = model.getWeights();
    expect([kernel?.shape, bias?.shape, dense?.shape]).toEqual([[3, 3, 1, 2], [2], [18, 4]]);
    const kept = (from: tf.Tensor | undefined, axis: number, index: number[]): number[] =>
      tf.tidy(() =>
        Array.from(tf.gather(from ?? tf.scalar(0), tf.tensor1d(index, "int32"), axis).dataSync()),
      );
    expect(Array.from(kernel?.dataSync() ?? [])).toEqual(kept(oldKernel, 3, [0, 2]));
    const rows = [...Array(27).keys()].filter((row) => row % 3 !== 1);
    expect(Array.from(dense?.dataSync() ?? [])).toEqual(kept(oldDense, 0, rows));
    smaller.dispose();
  });

  it("keeps names, configuration, and which layers are trainable", () => {
    model.getLayer("a").trainable = false;
    const smaller = applyPlan(model, planOf({ a: [0] }));
    expect(smaller.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
    expect(smaller.getLayer("a").trainable).toBe(false);
    const { filters: _, ...config } = smaller.getLayer("a").getConfig();
    const { filters: __, ...original } = model.getLayer("a").getConfig();
    expect(config).toEqual({ ...original });
    smaller.dispose();
  });
});

describe("verifyPlan", () => {
  it("detects a wrong rule", async () => {
    const x = tfl.input({ shape: [4, 4, 1] });
    const a = tfl.layers.conv2d({ name: "a", filters: 4, kernelSize: 1 }).apply(x);
    const mixed = tfl.layers.layerNormalization({ name: "norm", center: false, scale: false }).apply(a);
    const pooled = tfl.layers.globalAveragePooling2d({}).apply(mixed);
    const out = tfl.layers.dense({ name: "out", units: 2 }).apply(pooled) as tfl.SymbolicTensor;
    const mixing = tfl.model({ inputs: x, outputs: out });
    const lie: LayerRule = ({ inputs }) => inputs[0];
    const rules = { ...layerRules, LayerNormalization: lie };
    const plan = createPlan(buildDependencyGraph(mixing, { rules }), [["a", [0, 1]]]);
    await expect(verifyPlan(mixing, plan, { rules })).rejects.toThrow(RemovalMismatchError);
    mixing.dispose();
  });
});

it("verifyPlan names a weight that is not finite", async () => {
  const values = model.getWeights().map((weight) => tf.clone(weight));
  const [kernel, ...rest] = values;
  const broken = tf.tidy(() => tf.mul(kernel ?? tf.scalar(1), Number.NaN));
  model.setWeights([broken, ...rest]);
  await expect(verifyPlan(model, planOf({ a: [0] }))).rejects.toThrow('the weight "a/kernel" is not finite');
  tf.dispose([values, broken]);
});

it("verifyPlan tells values that overflow from a wrong layer rule", async () => {
  const values = model.getWeights().map((weight) => tf.clone(weight));
  const huge = values.map((value) => tf.tidy(() => tf.mul(value, 1e30)));
  model.setWeights(huge);
  await expect(verifyPlan(model, planOf({ a: [0] }))).rejects.toThrow("its values overflow");
  tf.dispose([values, huge]);
});

it("the smaller model is loaded by a process that imports tfjs alone, with equal outputs", async () => {
  const block = { width: 4, kernel: 3, stride: 1, flag: true };
  const kinds = ["residual", "squeeze", "nested", "branches", "paddedShortcut"] as const;
  const large = buildArchitecture({
    size: 8,
    channels: 3,
    blocks: kinds.map((kind) => ({ ...block, kind })),
    head: "twoHeads",
    activation: "linear",
    seed: 12,
  });
  const graph = buildDependencyGraph(large);
  const wide = graph.groups.filter(({ unitCount }) => unitCount > 1);
  const plan = createPlan(
    graph,
    wide.map(({ id }) => [id, [0]]),
  );
  const smaller = applyPlan(large, plan);
  const { saved, elsewhere } = await saveAndRunElsewhere(smaller);
  expect(saved.outputs).toHaveLength(2);
  for (const [i, values] of saved.outputs.entries())
    expect(elsewhere.outputs[i] ?? []).toBeAllClose(values, { rtol: 1e-4 });
  disposeModel(large);
  disposeModel(smaller);
});
