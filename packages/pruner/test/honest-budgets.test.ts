/** Budgets that cannot be met or counted: refused before any scoring, with the share and the layers that hold it back. */
import { criteria, type Scores } from "@secateur/criteria";
import { buildDependencyGraph, type DependencyGraph, layerRules } from "@secateur/dependency-graph";
import { byteSize, countMacs } from "@secateur/metrics";
import { disposeModel } from "@secateur/model-graph";
import type { Batch } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { type Budget, BudgetError, prune, pruneOnce, remainingOf, selectUnits } from "../src/index.ts";
import { collect, last } from "./small-loop.ts";

/** Multiplies by a matrix `[in, size]` that neither a rule nor the MACs are known of. */
class Mix extends tfl.layers.Layer {
  static className = "Mix";
  readonly #size: number;
  constructor(config: { name: string; size: number }) {
    super(config);
    this.#size = config.size;
  }
  override build(shape: tfl.Shape): void {
    this.addWeight("matrix", [Number(shape.at(-1)), this.#size], "float32", tfl.initializers.ones());
    this.built = true;
  }
  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return [...shape.slice(0, -1), this.#size];
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = [inputs].flat() as [tf.Tensor];
    return tf.tidy(() =>
      tf.matMul(x as tf.Tensor2D, (this.weights[0] as tfl.LayerVariable).read() as tf.Tensor2D),
    );
  }
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), size: this.#size };
  }
}
tf.serialization.registerClass(Mix);

const scoresOf = ({ groups }: DependencyGraph): Scores =>
  new Map(groups.map(({ id, unitCount }) => [id, Float32Array.from({ length: unitCount }, (_, i) => i + 1)]));

/** `a` can be pruned; `b` is pinned by the layer behind it. */
function withMix(size: number, a = 8): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.dense({ name: "a", units: a, inputShape: [4] }),
      tfl.layers.dense({ name: "b", units: 6 }),
      new Mix({ name: "mix", size }),
      tfl.layers.dense({ name: "out", units: 2, activation: "softmax" }),
    ],
  });
}

let reads = 0;
function* counted(): Generator<Batch> {
  reads++;
  yield {
    xs: tf.randomNormal([8, 4], 0, 1, "float32", 3),
    ys: tf.tensor1d([0, 1, 0, 1, 0, 1, 0, 1], "int32"),
  };
}

const kinds: readonly Budget[] = [
  { count: 8 },
  { units: 0.99 },
  { macs: 0.9 },
  { parameters: 0.9 },
  { bytes: 0.9 },
];

describe("a budget that pinned channels make impossible", () => {
  it.each(kinds)("%j is refused before any data is read, with the share and the layers", async (budget) => {
    const model = withMix(1);
    reads = 0;
    const options = { criterion: criteria.l1(), data: counted, budget, onWarning: () => undefined };
    const refused = /at most \d+\.\d % of the \w+ can be removed/;
    await expect(pruneOnce(model, options)).rejects.toThrow(refused);
    await expect(prune(model, options).next()).rejects.toThrow(refused);
    await expect(prune(model, options).next()).rejects.toThrow(BudgetError);
    expect(reads).toBe(0);
    disposeModel(model);
  });

  it("names the layers that hold most of what stays, with the reason", () => {
    const model = withMix(1);
    const graph = buildDependencyGraph(model);
    // 4·8 + 8·6 + 2 MACs without those of mix; with one unit of a 4 + 6 + 2 stay
    expect(() =>
      selectUnits(graph, scoresOf(graph), { macs: 0.9 }, {}, { onWarning: () => undefined }),
    ).toThrow(
      /at most 85.4 % of the macs can be removed \(12 stay, at most 8 should\).*"b" \(50 %: no rule for layer class Mix, at "mix"\), "a" \(33 %: every layer keeps a channel\), "out" \(17 %: softmax mixes the channels\)/,
    );
    expect(() => selectUnits(graph, scoresOf(graph), { count: 3 }, { exclude: "a" })).toThrow(
      '"a" (100 %: left out by the selection)',
    );
    disposeModel(model);
  });

  it("a share of units below half a unit is refused: it would change nothing", () => {
    const model = withMix(1);
    const graph = buildDependencyGraph(model);
    expect(() => selectUnits(graph, scoresOf(graph), { units: 0.05 })).toThrow(
      'budget {"units":0.05} of 8 units is no unit: ask for { count: 1 } or more',
    );
    disposeModel(model);
  });
});

describe("MACs that are not counted", () => {
  it("are a warning of every result, once", async () => {
    const model = withMix(1);
    const heard: string[] = [];
    const onWarning = (message: string): void => void heard.push(message);
    const options = { criterion: criteria.l1(), data: counted, budget: { macs: 0.3 }, onWarning };
    const once = await pruneOnce(model, options);
    const sentence = /^MACs do not include "mix" \(Mix\), which has 6 % of the parameters/; // 6 of 6 + 40 + 54 + 4
    expect(once.warnings).toEqual([expect.stringMatching(sentence)]);
    expect(heard).toEqual(once.warnings);
    const loop = last(
      await collect(prune(model, { ...options, schedule: { frequency: 1, unitsPerRemoval: 1 } })),
    );
    expect(loop.warnings).toEqual(once.warnings);
    heard.length = 0;
    const graph = buildDependencyGraph(model);
    selectUnits(graph, scoresOf(graph), { macs: 0.3 }, {}, { onWarning });
    expect(heard).toEqual(once.warnings);
    for (const each of [model, once.model, loop.model]) disposeModel(each);
  });

  it("refuse a budget in MACs that they dominate, and no other", () => {
    const model = withMix(100);
    const graph = buildDependencyGraph(model);
    const select = (budget: Budget) => selectUnits(graph, scoresOf(graph), budget);
    expect(() => select({ macs: 0.01 })).toThrow(BudgetError);
    expect(() => select({ macs: 0.01 })).toThrow(
      'MACs do not include "mix" (Mix), which has 67 % of the parameters',
    );
    expect(Object.keys(select({ parameters: 0.01 }).remove)).toEqual(["a"]);
    disposeModel(model);
  });
});

describe("open input sizes", () => {
  const open = (): tfl.LayersModel =>
    tfl.sequential({
      layers: [
        tfl.layers.conv2d({ name: "a", filters: 6, kernelSize: 3, strides: 2, inputShape: [null, null, 3] }),
        tfl.layers.conv2d({ name: "b", filters: 6, kernelSize: 3, activation: "relu" }),
        tfl.layers.globalAveragePooling2d({ name: "gap" }),
        tfl.layers.dense({ name: "out", units: 2, activation: "softmax" }),
      ],
    });
  function* images(): Generator<Batch> {
    yield { xs: tf.randomNormal([4, 9, 11, 3], 0, 1, "float32", 5), ys: tf.tensor1d([0, 1, 0, 1], "int32") };
  }

  it.each([{ count: 4 }, { units: 0.4 }, { parameters: 0.4 }, { bytes: 0.4 }] as const)(
    "%j needs no MACs, which are null",
    async (budget) => {
      const model = open();
      const options = { criterion: criteria.taylorGate(), data: images, budget };
      const once = await pruneOnce(model, options);
      expect([once.original.macs, once.left.macs]).toEqual([null, null]);
      expect(once.left.bytes).toBe(byteSize(once.model));
      const loop = last(await collect(prune(model, { ...options, schedule: { frequency: 1 } })));
      expect(loop.left.macs).toBeNull();
      for (const each of [model, once.model, loop.model]) disposeModel(each);
    },
  );

  it("a budget in MACs asks for inputShape, and is met with it as with a model of that size", async () => {
    const model = open();
    const options = { criterion: criteria.taylorGate(), data: images, budget: { macs: 0.4 } };
    const asks = /open input sizes.* Pass inputShape/;
    await expect(pruneOnce(model, options)).rejects.toThrow(asks);
    await expect(pruneOnce(model, { ...options, budget: { latency: 0.1 } })).rejects.toThrow(asks);
    const inputShape = [9, 11, 3];
    // a: 4·5·27·6, b: 2·3·54·6, out: 6·2
    expect(countMacs(model, { inputShape }).total).toBe(3240 + 1944 + 12);
    const once = await pruneOnce(model, { ...options, inputShape });
    expect(once.original.macs).toBe(5196);
    expect(once.left.macs).toBe(countMacs(once.model, { inputShape }).total);
    expect(Number(once.left.macs)).toBeLessThanOrEqual(0.6 * 5196);
    const loop = last(await collect(prune(model, { ...options, inputShape, schedule: { frequency: 1 } })));
    expect(Number(loop.left.macs)).toBeLessThanOrEqual(0.6 * 5196);
    const graph = buildDependencyGraph(model);
    const plan = selectUnits(graph, scoresOf(graph), { macs: 0.4 }, {}, { inputShape });
    expect(Object.keys(plan.remove).length).toBeGreaterThan(0);
    await expect(pruneOnce(model, { ...options, inputShape: [9, 11] })).rejects.toThrow(
      /inputShape is \[9,11\], but model .* takes \[any, any, 3\]/,
    );
    for (const each of [model, once.model, loop.model]) disposeModel(each);
  });
});

it("a budget in bytes is a share of the float32 weights", async () => {
  const model = withMix(1);
  const {
    left,
    original,
    model: smaller,
  } = await pruneOnce(model, {
    criterion: criteria.l1(),
    budget: { bytes: 0.3 },
    rules: layerRules,
    onWarning: () => undefined,
  });
  expect(original.bytes).toBe(byteSize(model));
  expect(left.bytes).toBe(byteSize(smaller));
  expect(left.bytes).toBeLessThanOrEqual(0.7 * original.bytes);
  expect(remainingOf(buildDependencyGraph(smaller)).amounts()).toEqual(left);
  disposeModel(model);
  disposeModel(smaller);
});
