/** Block reconstruction: its errors against the models' own outputs, and what it leaves alone. */
import { randomizeWeights } from "@repo/testing";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel, modelGraph } from "@secateur/model-graph";
import { applyPlan, createPlan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { type CompensationMethod, compensate } from "../src/index.ts";
import { residualBlocks } from "../src/residual-blocks.ts";

const { layers } = tfl;

const normalized = (x: tfl.SymbolicTensor, name: string, filters: number): tfl.SymbolicTensor => {
  const y = layers.conv2d({ name, filters, kernelSize: 3, padding: "same" }).apply(x);
  return layers.batchNormalization({ name: `${name}-bn` }).apply(y) as tfl.SymbolicTensor;
};
const relu = (x: tfl.SymbolicTensor, name: string): tfl.SymbolicTensor =>
  layers.reLU({ name }).apply(x) as tfl.SymbolicTensor;

/** Convolution → `blocks` times [convolution → convolution, added to the input] → average → dense. */
function network(blocks: number): tfl.LayersModel {
  const inputs = tfl.input({ shape: [6, 6, 2] });
  let x = relu(normalized(inputs, "stem", 4), "stem-relu");
  for (let i = 1; i <= blocks; i++) {
    const inner = relu(normalized(x, `a${i}`, 6), `a${i}-relu`);
    const sum = layers.add({ name: `sum${i}` }).apply([normalized(inner, `b${i}`, 4), x]);
    x = relu(sum as tfl.SymbolicTensor, `relu${i}`);
  }
  const pooled = layers.globalAveragePooling2d({ name: "gap" }).apply(x);
  const outputs = layers.dense({ name: "out", units: 3, activation: "softmax" }).apply(pooled);
  const model = tfl.model({ inputs, outputs: outputs as tfl.SymbolicTensor });
  randomizeWeights(model, 1);
  return model;
}

const images = (): tf.Tensor => tf.randomNormal([24, 6, 6, 2], 0, 1, "float32", 9);

/** `Σ (x - y)² / (rows · variance of y, summed over channels)`, both after their ReLU. */
function relativeError(model: tfl.LayersModel, original: tfl.LayersModel, layer: string): number {
  const outputOf = (each: tfl.LayersModel): tf.Tensor => {
    const part = tfl.model({ inputs: each.inputs, outputs: each.getLayer(layer).output });
    return tf.reshape(part.predict(images()) as tf.Tensor, [-1, 4]);
  };
  return tf.tidy(() => {
    const [x, y] = [outputOf(model), outputOf(original)];
    const spread = tf.sum(tf.moments(y, 0).variance);
    const rows = Number(x.shape[0]);
    return Number(tf.div(tf.div(tf.sum(tf.squaredDifference(x, y)), rows), spread).dataSync()[0]);
  });
}

async function refit(blocks: number, methods: readonly CompensationMethod[]) {
  const model = network(blocks);
  const graph = buildDependencyGraph(model);
  const removed = Array.from({ length: blocks }, (_, i) => [`a${i + 1}`, [1, 2, 4]] as const);
  const plan = createPlan(graph, blocks === 0 ? [["stem", [1]]] : removed);
  const smaller = applyPlan(model, plan, { graph });
  const { model: refitted, report } = await compensate(model, smaller, plan, [{ xs: images() }], { methods });
  return { model, smaller, refitted, report };
}

describe("block reconstruction", () => {
  it("lowers the error at the end of every residual block, by as much as the report says", async () => {
    const first = await refit(2, ["least-squares"]);
    const second = await refit(2, ["least-squares", "block-reconstruction"]);
    const { layers: reported } = second.report.methods[1] as (typeof second.report.methods)[number];
    expect(reported.map(({ layer }) => layer)).toEqual(["b1", "b2"]);
    const before = relativeError(first.refitted, first.model, "relu1");
    const after = relativeError(second.refitted, second.model, "relu1");
    expect(reported[0]?.before).toBeCloseTo(before, 4);
    expect(reported[0]?.after).toBeCloseTo(after, 4);
    expect(after).toBeLessThan(0.99 * before);
    expect(reported[1]?.after).toBeCloseTo(relativeError(second.refitted, second.model, "relu2"), 4);
    expect(reported[1]?.after).toBeLessThan(Number(reported[1]?.before));
    for (const { model, smaller, refitted } of [first, second])
      for (const each of [model, smaller, refitted]) disposeModel(each);
  });

  it("changes nothing where there is no residual block", async () => {
    const { model, smaller, refitted, report } = await refit(0, ["block-reconstruction"]);
    expect(report.methods[0]?.layers).toEqual([]);
    for (const [i, weight] of refitted.getWeights().entries())
      expect([...weight.dataSync()]).toEqual([...(smaller.getWeights()[i] as tf.Tensor).dataSync()]);
    for (const each of [model, smaller, refitted]) disposeModel(each);
  });

  it("takes blocks from the tensor that all of their paths start at to the addition, where something changes", () => {
    const model = network(2);
    const graph = modelGraph(model);
    const pathsOf = (changed: string): readonly (readonly string[])[] => {
      const kept = new Map([[changed, new Map([[3, Int32Array.from([0, 3, 5])]])]]);
      return residualBlocks(graph, kept).blocks.map(({ from, addition }) =>
        graph.calls.slice(from, addition + 1).map(({ path }) => path),
      );
    };
    const block = (i: number): string[] => [
      `a${i}`,
      `a${i}-bn`,
      `a${i}-relu`,
      `b${i}`,
      `b${i}-bn`,
      `sum${i}`,
    ];
    expect(pathsOf("a1/kernel")).toEqual([block(1), block(2)]);
    expect(pathsOf("a2/kernel")).toEqual([block(2)]);
    disposeModel(model);
  });

  it("includes a convolution on the shortcut, whichever path is called last", () => {
    for (const isBranchFirst of [true, false]) {
      const inputs = tfl.input({ shape: [6, 6, 2] });
      const branch = (): tfl.SymbolicTensor => normalized(relu(normalized(inputs, "a", 6), "relu"), "b", 4);
      const shortcut = (): tfl.SymbolicTensor => normalized(inputs, "shortcut", 4);
      const paths = isBranchFirst ? [branch(), shortcut()] : [shortcut(), branch()];
      const sum = layers.add({ name: "sum" }).apply(paths) as tfl.SymbolicTensor;
      const model = tfl.model({ inputs, outputs: sum });
      const kept = new Map([["a/kernel", new Map([[3, Int32Array.from([0, 3, 5])]])]]);
      const { blocks, skipped } = residualBlocks(modelGraph(model), kept);
      const [block, ...others] = blocks;
      expect(block?.sites.map(({ layer }) => layer).toSorted()).toEqual(["a", "b", "shortcut"]);
      expect(block?.readThrough).toBe("identity");
      expect([others, skipped]).toEqual([[], []]);
      disposeModel(model);
    }
  });

  const inner = (x: tfl.SymbolicTensor): tfl.SymbolicTensor =>
    normalized(relu(normalized(x, "a", 6), "relu"), "b", 2);
  const sumOf = (a: unknown, b: unknown): tfl.SymbolicTensor =>
    layers
      .add({ name: "sum" })
      .apply([a as tfl.SymbolicTensor, b as tfl.SymbolicTensor]) as tfl.SymbolicTensor;
  const image = (): tfl.SymbolicTensor => tfl.input({ shape: [6, 6, 2] });
  const squared = (x: tfl.SymbolicTensor): unknown => layers.multiply().apply([x, x]);
  type Outputs = (x: tfl.SymbolicTensor, y: tfl.SymbolicTensor) => unknown;

  it.each<[string, Outputs]>([
    ["it adds what starts at several inputs of the model", (x, y) => sumOf(inner(x), y)],
    ["what it adds is not the output of a layer that can be refitted", (x) => sumOf(squared(inner(x)), x)],
    ["other tensors pass by the sum", (x) => layers.concatenate().apply([sumOf(inner(x), x), x])],
  ])("says of an addition: %s", (reason, outputs) => {
    const [x, y] = [image(), image()];
    const inputs = outputs.length > 1 ? [x, y] : x;
    const model = tfl.model({ inputs, outputs: outputs(x, y) as tfl.SymbolicTensor });
    const kept = new Map([["a/kernel", new Map([[3, Int32Array.from([0, 3, 5])]])]]);
    expect(residualBlocks(modelGraph(model), kept)).toEqual({
      blocks: [],
      skipped: [{ layer: "sum", reason }],
    });
    disposeModel(model);
  });

  it("takes blocks behind the place where another output of the model branches off", () => {
    const inputs = tfl.input({ shape: [6, 6, 2] });
    const stem = relu(normalized(inputs, "stem", 2), "stem-relu");
    const auxiliary = layers.globalAveragePooling2d({}).apply(stem) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs, outputs: [auxiliary, sumOf(inner(stem), stem)] });
    const kept = new Map([["a/kernel", new Map([[3, Int32Array.from([0, 3, 5])]])]]);
    const { blocks, skipped } = residualBlocks(modelGraph(model), kept);
    expect(blocks.map(({ last }) => last.layer)).toEqual(["b"]);
    expect(skipped).toEqual([]);
    disposeModel(model);
  });
});
