/** Each criterion on small weights and gradients, compared with scores by hand; errors and warnings. */
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import type { Batch } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  byL2Norm,
  byMax,
  byMean,
  type Criterion,
  CriterionError,
  CriterionNotApplicableError,
  caveats,
  criteria,
  defineCriterion,
  NonFiniteScoreError,
  normalized,
  score,
  scoreAll,
} from "../src/index.ts";
import { scoreGradients, scoreMade } from "./score-gradients.ts";

/** 1×1 conv "c" 2→3 with bias, batch normalisation "b", average, dense "head" 3→2. */
let model: tfl.LayersModel;
let graph: DependencyGraph;
let gradients: Record<string, tf.Tensor>;

beforeEach(() => {
  model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({ name: "c", filters: 3, kernelSize: 1, inputShape: [2, 2, 2] }),
      tfl.layers.batchNormalization({ name: "b" }),
      tfl.layers.globalAveragePooling2d({}),
      tfl.layers.dense({ name: "head", units: 2, activation: "softmax" }),
    ],
  });
  setWeight("c/kernel", [1, 2, 3, -4, 5, -6]); // [cin 2, cout 3]
  setWeight("c/bias", [1, 1, 1]);
  setWeight("b/gamma", [1, -2, 3]);
  setWeight("head/kernel", [1, 2, 3, 4, 5, 6]); // [3, 2]
  gradients = {
    "c/kernel": tf.tensor4d([1, 0, -1, 2, 1, 0.5], [1, 1, 2, 3]),
    "c/bias": tf.tensor1d([1, 2, 3]),
    "b/gamma": tf.tensor1d([1, 1, 1]),
    "b/beta": tf.tensor1d([1, 1, 1]),
    "head/kernel": tf.tensor2d([1, 1, -1, 1, 0.5, 0], [3, 2]),
    "head/bias": tf.tensor1d([0, 0]),
  };
  graph = buildDependencyGraph(model);
});

afterEach(() => {
  tf.dispose(gradients);
  model.dispose();
});

function setWeight(name: string, values: readonly number[]): void {
  const weight = model.weights.find(({ originalName }) => originalName === name);
  const value = tf.tensor([...values], (weight?.shape ?? []) as number[]);
  weight?.write(value);
  value.dispose();
}

const scoresOf = async (criterion: Criterion, minibatch = 0): Promise<number[]> =>
  Array.from(
    (await scoreGradients(graph, [criterion], gradients, minibatch)).get(criterion.name)?.get("c") ?? [],
  );

describe("by hand", () => {
  it("l1 is Σ |w|, bias not included", async () => expect(await scoresOf(criteria.l1())).toEqual([5, 7, 9]));
  it("l2 is Σ w²", async () => expect(await scoresOf(criteria.l2())).toEqual([17, 29, 45]));
  it("bn-scale is |γ|", async () => expect(await scoresOf(criteria.bnScale())).toEqual([1, 2, 3]));
  // w·g: [1, 0, -3] and [-8, 5, -3]
  it("taylor-weight is Σ (w·g)²", async () =>
    expect(await scoresOf(criteria.taylorWeight())).toEqual([65, 25, 18]));
  // with the bias: [1-8+1, 0+5+2, -3-3+3]
  it("taylor-weight-group is (Σ w·g)²", async () =>
    expect(await scoresOf(criteria.taylorWeightGroup())).toEqual([36, 49, 9]));
  // rows of the head: 1·1+2·1, 3·-1+4·1, 5·½
  it("taylor-gate is (Σ w·g)² at the consumers", async () =>
    expect(await scoresOf(criteria.taylorGate())).toEqual([9, 1, 6.25]));
});

describe("by hand, other criteria", () => {
  it("bn-scale-taylor is (γ·∂γ)²", async () =>
    expect(await scoresOf(criteria.bnScaleTaylor())).toEqual([1, 4, 9]));

  it("lamp is a squared norm relative to the sum of those that are not smaller", async () =>
    expect(await scoresOf(criteria.lamp())).toBeAllClose([17 / 91, 29 / 74, 1], { rtol: 1e-6 }));

  it("fpgm is the sum of distances to all others", async () => {
    const filters = [
      [1, -4],
      [2, 5],
      [3, -6],
    ];
    const distance = (a: number[], b: number[]): number => Math.hypot(...a.map((x, i) => x - Number(b[i])));
    const sums = filters.map((a) => filters.reduce((sum, b) => sum + distance(a, b), 0));
    expect(await scoresOf(criteria.geometricMedian())).toBeAllClose(sums, { rtol: 1e-5 });
  });

  it("normalisers scale a group and keep zeros", async () => {
    const largest = normalized(criteria.l1(), byMax, "l1-by-max");
    expect(await scoresOf(largest)).toBeAllClose([5 / 9, 7 / 9, 1], { rtol: 1e-6 });
    expect(await scoresOf(normalized(criteria.l1(), byMean, "l1-by-mean"))).toBeAllClose([5 / 7, 1, 9 / 7], {
      rtol: 1e-6,
    });
    const zero = defineCriterion({ name: "zero", observes: [], score: () => tf.zeros([3]) });
    for (const by of [byMax, byMean, byL2Norm])
      expect(await scoresOf(normalized(zero, by, "z"))).toEqual([0, 0, 0]);
  });

  it("activations and margins: mean, activity, log(p_y + Σ p·exp(-d) + rest)", async () => {
    const inputStatistics = { head: tf.tensor2d([1, -2, 3, 0.5, 0.25, 1], [2, 3]) };
    const margins = {
      logProbabilities: tf.tensor2d([0.5, 0.3, 0.2].map(Math.log), [3, 1]), // one example, one wrong class, the rest
      gates: { "input of head": tf.tensor3d([Math.log(2), 0, -Math.log(3)], [1, 1, 3]) },
    };
    const all = [criteria.activationMean(), criteria.apoz(), criteria.taylorMargin(), criteria.obd()];
    const scores = await scoreMade(graph, all, { step: { inputStatistics }, results: { margins } });
    const of = (name: string): Float32Array => scores.get(name)?.get("c") ?? new Float32Array();
    expect(await of("activation-mean")).toBeAllClose([1, 2, 3]);
    expect(await of("apoz")).toBeAllClose([0.5, 0.25, 1]);
    expect(await of("taylor-margin")).toBeAllClose([Math.log(0.85), 0, Math.log(1.6)], { rtol: 1e-5 });
    const variance = (d: number): number => 0.3 * d ** 2 - (0.3 * d) ** 2;
    expect(await of("obd")).toBeAllClose([variance(Math.log(2)), 0, variance(Math.log(3))], { rtol: 1e-5 });
    tf.dispose([inputStatistics, margins.logProbabilities, margins.gates]);
  });
});

it("curvature depends on the top-k wrong classes only", async () => {
  const margins = {
    logProbabilities: tf.tensor2d([0.4, 0.3, 0.2, 0.1].map(Math.log), [4, 1]), // own, two wrong classes, the rest
    gates: { "input of head": tf.tensor3d([1, 0, -2, 3, 0.5, 1], [2, 1, 3]) },
  };
  const by = async (criterion: Criterion): Promise<Float32Array> =>
    (await scoreMade(graph, [criterion], { results: { margins } })).get(criterion.name)?.get("c") ??
    new Float32Array();
  const pairs = [
    [1, 3],
    [0, 0.5],
    [-2, 1],
  ] as const;
  const both = pairs.map(([a, b]) => 0.3 * a ** 2 + 0.2 * b ** 2 - (0.3 * a + 0.2 * b) ** 2);
  expect(await by(criteria.obd())).toBeAllClose(both, { rtol: 1e-5 });
  const one = pairs.map(([a]) => 0.3 * a ** 2 - (0.3 * a) ** 2);
  expect(await by(criteria.obd({ topK: 1 }))).toBeAllClose(one, { rtol: 1e-5 });
  const change = pairs.map(([a], i) => (Number(one[i]) / 2 - 0.3 * a) ** 2);
  expect(await by(criteria.taylorSecondOrderGate({ topK: 1 }))).toBeAllClose(change, { rtol: 1e-5 });
  tf.dispose([margins.logProbabilities, margins.gates]);
});

it("skip gates before a pooling layer that is called on two tensors are separate for each group", async () => {
  const pool = tfl.layers.maxPooling2d({ name: "pool", poolSize: 2 });
  const conv = (name: string, x: tfl.SymbolicTensor): tfl.SymbolicTensor =>
    tfl.layers.conv2d({ name, filters: 3, kernelSize: 3, padding: "same" }).apply(x) as tfl.SymbolicTensor;
  const x = tfl.input({ shape: [8, 8, 2] });
  const twice = pool.apply(conv("b", pool.apply(conv("a", x)) as tfl.SymbolicTensor)) as tfl.SymbolicTensor;
  const out = tfl.layers
    .dense({ units: 2, activation: "softmax" })
    .apply(tfl.layers.flatten().apply(conv("c", twice)));
  const pooled = tfl.model({ inputs: x, outputs: out as tfl.SymbolicTensor });
  const batch = {
    xs: tf.randomNormal([4, 8, 8, 2], 0, 1, "float32", 1),
    ys: tf.tensor1d([0, 1, 0, 1], "int32"),
  };
  const both = [criteria.taylorGate(), criteria.taylorSkipGate()];
  const scores = await scoreAll(pooled, buildDependencyGraph(pooled), both, [batch]);
  expect([...(scores.get("taylor-gate")?.keys() ?? [])]).toEqual(["a", "b", "c"]);
  for (const [id, values] of scores.get("taylor-gate") ?? [])
    expect(scores.get("taylor-skip-gate")?.get(id) ?? [], id).toBeAllClose(values, {
      rtol: 1e-3,
      atol: 1e-12,
    });
  for (const weight of pooled.weights) weight.dispose();
});

it("second order without curvature equals first order; with H W = t g it is scaled by (1 - t/2)²", async () => {
  const scoreWith = async (size: number): Promise<Float32Array> => {
    const hessianProducts = Object.fromEntries(
      Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, size)]),
    );
    const made = { step: { gradients }, results: { "hessian products": hessianProducts } };
    const scores = await scoreMade(graph, [criteria.taylorSecondOrder()], made);
    tf.dispose(hessianProducts);
    return scores.get("taylor-so")?.get("c") ?? new Float32Array();
  };
  const first = await scoresOf(criteria.taylorGate());
  expect(await scoreWith(0)).toBeAllClose(first, { rtol: 1e-6 });
  // H W = t g makes it (g·w - t/2 g·w)² = (1 - t/2)² (g·w)².
  expect(await scoreWith(0.1)).toBeAllClose(
    first.map((score) => 0.95 ** 2 * score),
    { rtol: 1e-5 },
  );
});

it("taylor-margin is accurate for very large and very small margins", async () => {
  /** Log p of the class, one wrong class and the rest; d of three units. */
  const of = async (logs: readonly number[], slopes: readonly number[]): Promise<Float32Array> => {
    const margins = {
      logProbabilities: tf.tensor2d([...logs], [3, 1]),
      gates: { "input of head": tf.tensor3d([...slopes], [1, 1, 3]) },
    };
    const scores = await scoreMade(graph, [criteria.taylorMargin()], { results: { margins } });
    tf.dispose([margins.logProbabilities, margins.gates]);
    return scores.get("taylor-margin")?.get("c") ?? new Float32Array();
  };
  const far = await of([Math.log(0.9), Math.log(0.1), -1e30], [-50, -1000, 1000]);
  expect(far).toBeAllClose([50 + Math.log(0.1), 1000 + Math.log(0.1), Math.log(0.9)], { rtol: 1e-5 });
  // Wrong and sure of it: p of its own class is e^-40, and the unit holds all of the margin.
  expect(await of([-40, 0, -1e30], [30, 60, -1])).toBeAllClose([-30, -40, 1], { rtol: 1e-4 });
  // A wrong class of no probability stays so.
  expect(await of([0, -150, -95], [-40, 0, 40])).toBeAllClose([0, 0, 0], { atol: 1e-6 });
  // Small changes keep their digits.
  expect((await of([0, -20, -1e30], [-0.01, 0, 0.01]))[0]).toBeAllClose(Math.exp(-20) * Math.expm1(0.01), {
    rtol: 1e-3,
    atol: 0,
  });
});

describe("random", () => {
  it("depends on seed, group and minibatch", async () => {
    const first = await scoresOf(criteria.random({ seed: 1 }));
    expect(await scoresOf(criteria.random({ seed: 1 }))).toEqual(first);
    expect(await scoresOf(criteria.random({ seed: 2 }))).not.toEqual(first);
    expect(await scoresOf(criteria.random({ seed: 1 }), 1)).not.toEqual(first);
    for (const value of first) expect(value).toBeGreaterThan(0);
  });
});

describe("what cannot be computed", () => {
  it("bn-scale without batch normalisation", async () => {
    const plain = tfl.sequential({
      layers: [
        tfl.layers.dense({ name: "fc", units: 3, inputShape: [2] }),
        tfl.layers.dense({ name: "out", units: 2, activation: "softmax" }),
      ],
    });
    const run = (): Promise<unknown> =>
      scoreMade(buildDependencyGraph(plain), [criteria.bnScale()], { step: null });
    await expect(run()).rejects.toThrow(CriterionNotApplicableError);
    await expect(run()).rejects.toThrow(
      'criterion "bn-scale" cannot score group "fc": its layers have no weight with role "gamma"',
    );
    plain.dispose();
  });

  it("a step without the results that a criterion needs", async () => {
    const { "head/kernel": gone, ...rest } = gradients;
    const run = (): Promise<unknown> => scoreGradients(graph, [criteria.taylorGate()], rest, 0);
    await expect(run()).rejects.toThrow(
      'the training step did not return the gradient of "head/kernel", which criterion "taylor-gate" needs for group "c"',
    );
    await expect(run()).rejects.toThrow("pass stepOptionsFor(graph, criteria) to the step");
    await expect(scoreGradients(graph, [criteria.taylorFullGradient()], gradients, 0)).rejects.toThrow(
      "did not return gates at the input of head",
    );
    gone?.dispose();
  });

  it("a score that is not finite, with group and unit", async () => {
    setWeight("c/kernel", [1, Number.NaN, 3, -4, 5, -6]);
    const run = (): Promise<unknown> => scoresOf(criteria.l1());
    await expect(run()).rejects.toThrow(NonFiniteScoreError);
    await expect(run()).rejects.toThrow('returned the score NaN for unit 1 of group "c"');
  });

  it("a criterion that throws, with its name and the group", async () => {
    const fails = defineCriterion({ name: "fails", observes: [], score: () => tf.zeros([2]) });
    await expect(scoreMade(graph, [fails], {})).rejects.toThrow(CriterionError);
    await expect(scoreMade(graph, [fails], {})).rejects.toThrow(
      'criterion "fails" fails on group "c": score(group) returned shape [2]',
    );
    const undefinedField = {
      name: "sly",
      observes: [],
      score: () => tf.square(undefined as unknown as tf.Tensor1D),
    };
    await expect(scoreMade(graph, [undefinedField], {})).rejects.toThrow(
      'criterion "sly" fails on group "c": Argument',
    );
  });

  it("two criteria with the same name", async () => {
    const both = [criteria.taylorMargin(), criteria.taylorMargin({ topK: 1 })];
    await expect(scoreAll(model, graph, both, [])).rejects.toThrow(
      'two criteria have the name "taylor-margin"',
    );
  });

  it("no batches", async () => {
    await expect(score(model, graph, criteria.taylorGate(), [])).rejects.toThrow("batches is empty");
  });

  it("a topK that is not a number of classes", () => {
    for (const topK of [0, -1, 1.5, Number.NaN])
      expect(() => criteria.taylorMargin({ topK })).toThrow(
        "topK must be a whole number of classes, 1 or more",
      );
  });

  it("skip gates on a layer that is called twice", async () => {
    const relu = tfl.layers.reLU({ name: "relu" });
    const input = tfl.input({ shape: [2] });
    const dense = (name: string, units: number, x: tfl.SymbolicTensor): tfl.SymbolicTensor =>
      tfl.layers.dense({ name, units }).apply(x) as tfl.SymbolicTensor;
    const first = relu.apply(dense("d1", 3, input)) as tfl.SymbolicTensor;
    const second = relu.apply(dense("d2", 3, first)) as tfl.SymbolicTensor;
    const softmax = tfl.layers.dense({ name: "out", units: 2, activation: "softmax" }).apply(second);
    const twice = tfl.model({ inputs: input, outputs: softmax as tfl.SymbolicTensor });
    const batch = { xs: tf.ones([2, 2]), ys: tf.tensor1d([0, 1], "int32") };
    await expect(
      scoreAll(twice, buildDependencyGraph(twice), [criteria.taylorSkipGate()], [batch]),
    ).rejects.toThrow('layer "relu" must be called exactly once for tensor gates');
    twice.dispose();
  });

  it("a malformed criterion", () => {
    expect(() => defineCriterion({ ...criteria.l1(), name: "" })).toThrow("a criterion needs a name");
    const observes = "gradients" as unknown as [];
    expect(() => defineCriterion({ ...criteria.l1(), observes })).toThrow(
      "observes must be a list of observations",
    );
  });
});

it("eq. 7 before batch normalisation warns, eq. 8 does not", () => {
  const [warning, ...others] = caveats(graph, [criteria.taylorWeightGroup(), criteria.taylorWeight()]);
  expect(warning).toContain('"taylor-weight-group" are meaningless for group "c"');
  expect(others).toEqual([]);
});

describe("score", () => {
  const batch = (seed: number): { xs: tf.Tensor; ys: tf.Tensor } => ({
    xs: tf.randomNormal([4, 2, 2, 2], 0, 1, "float32", seed),
    ys: tf.tensor1d([0, 1, 0, 1], "int32"),
  });

  it("weights minibatches by their size", async () => {
    const all = [batch(1), batch(2)];
    const [first, second] = all;
    if (first === undefined || second === undefined) throw new Error("unreachable");
    const xs = tf.concat([first.xs, second.xs]);
    const ys = tf.concat([first.ys, second.ys]);
    const part = (from: number, size: number): Batch => ({
      xs: tf.slice(xs, from, size),
      ys: tf.slice(ys, from, size),
    });
    const fg = criteria.taylorFullGradient();
    const options = { mode: "eval" } as const;
    const whole = await score(model, graph, fg, [part(0, 8)], options);
    const parts = await score(model, graph, fg, [part(0, 7), part(7, 1)], options);
    expect(parts.get("c") ?? []).toBeAllClose(whole.get("c") ?? [], { rtol: 1e-4 });
    tf.dispose([all.map(({ xs: x, ys: y }) => [x, y]), xs, ys]);
  });

  it("is the average over minibatches", async () => {
    const of = async (...seeds: number[]): Promise<number[]> =>
      Array.from((await score(model, graph, criteria.taylorGate(), seeds.map(batch))).get("c") ?? []);
    const [first, second, both] = [await of(1), await of(2), await of(1, 2)];
    expect(first).not.toBeAllClose(second, { rtol: 1e-2, atol: 0 });
    const means = first.map((value, i) => (value + Number(second[i])) / 2);
    expect(both).toBeAllClose(means, { rtol: 1e-5, atol: 0 });
  });
});
