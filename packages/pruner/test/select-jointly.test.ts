/** The joint choice against brute force in float64: predicted losses, greedy choices, budgets, selections, rounds. */
import { architecture, buildArchitecture } from "@repo/testing/random-architecture";
import { createRandom } from "@secateur/base";
import { criteria, score } from "@secateur/criteria";
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { createPlan, type Plan, silence } from "@secateur/surgery";
import { forward } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Budget,
  BudgetError,
  type JointChoice,
  type JointOptions,
  jointly,
  type PruneLoopOptions,
  prune,
  pruneOnce,
  remainingOf,
  type Selection,
  selectJointly,
} from "../src/index.ts";

const inputs = 5;

let model: tfl.LayersModel;
let graph: DependencyGraph;

const disposeAfterEach = (): void => afterEach(() => disposeModel(model));

/** Dense layers "d0", "d1", … and a head of 4 classes; logits are linear in the gates of the last hidden layer. */
function network(activation: "linear" | "relu" | "tanh", hidden: readonly number[]): tfl.LayersModel {
  const init = (seed: number) => ({
    kernelInitializer: tfl.initializers.randomNormal({ stddev: 0.8, seed }),
    biasInitializer: tfl.initializers.randomNormal({ stddev: 0.3, seed: seed + 50 }),
  });
  const layers = hidden.map((units, i) =>
    tfl.layers.dense({
      name: `d${i}`,
      units,
      activation,
      ...(i === 0 ? { inputShape: [inputs] } : {}),
      ...init(i + 1),
    }),
  );
  return tfl.sequential({
    layers: [...layers, tfl.layers.dense({ name: "out", units: 4, activation: "softmax", ...init(9) })],
  });
}

/** Twelve examples in two minibatches of different sizes. */
function* samples(): Generator<{ readonly xs: tf.Tensor }> {
  const random = createRandom(1);
  for (const size of [4, 8]) {
    const values = Array.from({ length: size * inputs }, () => random.normal());
    yield { xs: tf.tensor2d(values, [size, inputs]) };
  }
}

const logitsOf = (net: tfl.LayersModel): number[][] =>
  [...samples()].flatMap(({ xs }) => {
    const logits = tf.tidy(() => forward(net, xs)[0]?.arraySync() as number[][]);
    xs.dispose();
    return logits;
  });

const softmax = (logits: readonly number[], temperature: number): number[] => {
  const exps = logits.map((logit) => Math.exp((logit - Math.max(...logits)) / temperature));
  return exps.map((value) => value / exps.reduce((a, b) => a + b, 0));
};

const kl = (
  before: readonly (readonly number[])[],
  after: readonly (readonly number[])[],
  t: number,
): number =>
  before.reduce((sum, logits, n) => {
    const [p, q] = [softmax(logits, t), softmax(after[n] ?? [], t)];
    return sum + p.reduce((s, pc, c) => s + pc * Math.log(pc / Number(q[c])), 0);
  }, 0) *
  (t ** 2 / before.length);

interface Unit {
  readonly group: string;
  readonly unit: number;
}

const unitsOf = ({ groups }: DependencyGraph): readonly Unit[] =>
  groups.flatMap(({ id, unitCount }) =>
    Array.from({ length: unitCount }, (_, unit) => ({ group: id, unit })),
  );

const planOf = (units: readonly Unit[]): Plan =>
  createPlan(
    graph,
    graph.groups.map(({ id }) => [id, units.filter(({ group }) => group === id).map(({ unit }) => unit)]),
  );

/** The logits without some units, by running the silenced network. */
function logitsWithout(units: readonly Unit[]): number[][] {
  const silenced = silence(model, planOf(units), { graph });
  const logits = logitsOf(silenced);
  disposeModel(silenced);
  return logits;
}

/** Slopes of all logits by central differences: the consumer's weights of one unit are scaled. */
function slopesOf({ group, unit }: Unit): number[][] {
  const slice = graph.groups.find(({ id }) => id === group)?.slices.find(({ role }) => role === "input");
  const kernel = model.weights.find(({ name }) => name.startsWith(String(slice?.weight)));
  const original = kernel?.read().clone() as tf.Tensor2D;
  const at = (gate: number): number[][] => {
    const scaled = tf.tidy(() => {
      const factors = Array.from({ length: Number(original.shape[0]) }, (_, i) => (i === unit ? gate : 1));
      return tf.mul(original, tf.tensor2d(factors, [factors.length, 1]));
    });
    kernel?.write(scaled);
    scaled.dispose();
    return logitsOf(model);
  };
  const [more, less] = [at(1.01), at(0.99)];
  kernel?.write(original);
  original.dispose();
  return more.map((row, n) => row.map((value, c) => (value - Number(less[n]?.[c])) / 0.02));
}

async function choose(budget: Budget, options: JointOptions & { selection?: Selection } = {}) {
  const choices: JointChoice[] = [];
  const onChoice = (choice: JointChoice): void => void choices.push(choice);
  const plan = await selectJointly(model, graph, samples(), budget, { rounds: 1, ...options, onChoice });
  return { plan, choices, units: choices.map(({ group, unit }) => ({ group, unit })) };
}

/** Subtracts the slopes of units from the logits. */
function shifted(
  logits: number[][],
  slopes: ReadonlyMap<string, number[][]>,
  units: readonly Unit[],
): number[][] {
  return logits.map((row, n) =>
    row.map((value, c) =>
      units.reduce((sum, unit) => sum - Number(slopes.get(JSON.stringify(unit))?.[n]?.[c]), value),
    ),
  );
}

describe("on a network whose logits are linear in the gates of one layer", () => {
  disposeAfterEach();
  beforeEach(() => {
    model = network("tanh", [6]);
    graph = buildDependencyGraph(model);
  });

  it("the predicted loss is the divergence of the silenced network, at every temperature", async () => {
    const before = logitsOf(model);
    for (const temperature of [0.5, 1, 4, 20]) {
      const { choices, units } = await choose({ count: 5 }, { temperature });
      for (const [i, { loss }] of choices.entries())
        expect(loss).toBeAllClose(kl(before, logitsWithout(units.slice(0, i + 1)), temperature), {
          rtol: 1e-4,
          atol: 1e-6,
        });
    }
  });

  it("chooses what a greedy search over silenced networks chooses", async () => {
    const before = logitsOf(model);
    const { units } = await choose({ count: 5 });
    const searched: Unit[] = [];
    for (let i = 0; i < 5; i++) {
      const left = unitsOf(graph).filter(({ unit }) => searched.every((each) => each.unit !== unit));
      const losses = left.map((unit) => kl(before, logitsWithout([...searched, unit]), 4));
      searched.push(left[losses.indexOf(Math.min(...losses))] as Unit);
    }
    expect(units).toEqual(searched);
  });

  it("rounds change nothing where the slopes are exact", async () => {
    const [once, often] = [await choose({ count: 4 }), await choose({ count: 4 }, { rounds: 4 })];
    expect(often.units).toEqual(once.units);
    expect(often.choices.map(({ loss }) => loss)).toBeAllClose(
      once.choices.map(({ loss }) => loss),
      { rtol: 1e-4 },
    );
  });

  it("removes the second of two units that cancel each other at once: together they cost nothing", async () => {
    const kernel = model.weights.find(({ name }) => name.startsWith("d0/kernel"));
    const bias = model.weights.find(({ name }) => name.startsWith("d0/bias"));
    const out = model.weights.find(({ name }) => name.startsWith("out/kernel"));
    for (const [weight, axis] of [
      [kernel, 1],
      [bias, 0],
    ] as const)
      tf.tidy(() => {
        weight?.write(tf.gather(weight.read(), tf.tensor1d([0, 0, 2, 3, 4, 5], "int32"), axis));
      });
    tf.tidy(() => {
      const rows = tf.split(out?.read() as tf.Tensor2D, 6);
      out?.write(
        tf.concat([
          rows[0] as tf.Tensor,
          tf.neg(rows[0] as tf.Tensor),
          ...rows.slice(2).map((row) => tf.mul(row, 3)),
        ]),
      );
    });
    const { choices } = await choose({ count: 2 });
    expect(choices.map(({ unit }) => unit).toSorted()).toEqual([0, 1]);
    expect(choices[0]?.loss).toBeGreaterThan(0.01);
    expect(choices[1]?.loss).toBeAllClose(0, { atol: 1e-6 });
  });
});

describe("on several layers", () => {
  disposeAfterEach();
  beforeEach(() => {
    model = network("tanh", [5, 4]);
    graph = buildDependencyGraph(model);
  });

  it("the predicted loss is that of the logits minus the slopes of finite differences", async () => {
    const before = logitsOf(model);
    const slopes = new Map(unitsOf(graph).map((unit) => [JSON.stringify(unit), slopesOf(unit)]));
    const { choices, units } = await choose({ count: 6 });
    for (const [i, { loss }] of choices.entries()) {
      const predicted = kl(before, shifted(before, slopes, units.slice(0, i + 1)), 4);
      expect(loss).toBeAllClose(predicted, { rtol: 5e-3, atol: 1e-5 });
    }
  });

  it.each([{ count: 5 }, { macs: 0.5 }, { parameters: 0.5 }])(
    "is a greedy choice by increase / saving, for budget %j",
    async (budget) => {
      const before = logitsOf(model);
      const slopes = new Map(unitsOf(graph).map((unit) => [JSON.stringify(unit), slopesOf(unit)]));
      const per = "macs" in budget ? "macs" : "parameters" in budget ? "parameters" : "units";
      const { units } = await choose(budget);
      const remaining = remainingOf(graph);
      const searched: Unit[] = [];
      const lossOf = (set: readonly Unit[]): number => kl(before, shifted(before, slopes, set), 4);
      while (searched.length < units.length) {
        const priced = unitsOf(graph).flatMap((candidate) => {
          const group = graph.groups.find(({ id }) => id === candidate.group);
          const isGone = searched.some((each) => JSON.stringify(each) === JSON.stringify(candidate));
          if (isGone || group === undefined || !remaining.canRemove(group, 1, 1)) return [];
          const increase = lossOf([...searched, candidate]) - lossOf(searched);
          return [
            {
              candidate,
              price: increase <= 0 ? increase : increase / Number(remaining.savings(group, 1)[per]),
            },
          ];
        });
        const best = priced.reduce((a, b) => (b.price < a.price ? b : a));
        const group = graph.groups.find(({ id }) => id === best.candidate.group);
        if (group !== undefined) remaining.remove(group, 1);
        searched.push(best.candidate);
      }
      expect(units).toEqual(searched);
    },
  );

  it("later rounds start at the divergence of the network as it is then", async () => {
    const before = logitsOf(model);
    const { choices, units } = await choose({ count: 6 }, { rounds: 6 }); // one choice a round
    const slopes = new Map(unitsOf(graph).map((unit) => [JSON.stringify(unit), slopesOf(unit)]));
    const first = kl(before, shifted(before, slopes, units.slice(0, 1)), 4);
    expect(choices[0]?.loss).toBeAllClose(first, { rtol: 5e-3 });
    const silenced = silence(model, planOf(units.slice(0, 5)), { graph });
    const original = model;
    [model, graph] = [silenced, buildDependencyGraph(silenced)];
    const last = units.slice(5).map((unit) => [JSON.stringify(unit), slopesOf(unit)] as const);
    const predicted = kl(before, shifted(logitsOf(model), new Map(last), units.slice(5)), 4);
    disposeModel(silenced);
    [model, graph] = [original, buildDependencyGraph(original)];
    expect(choices[5]?.loss).toBeAllClose(predicted, { rtol: 5e-3 });
  });

  it("compares the most probable classes only with topK", async () => {
    const all = await choose({ count: 4 }, { topK: 4 });
    expect((await choose({ count: 4 })).choices).toEqual(all.choices);
    const two = await choose({ count: 1 }, { topK: 2 });
    const before = logitsOf(model);
    const top = before.map((row) =>
      row
        .map((_, c) => c)
        .toSorted((a, b) => Number(row[b]) - Number(row[a]))
        .slice(0, 2),
    );
    const pick = (rows: number[][]): number[][] =>
      rows.map((row, n) => (top[n] ?? []).map((c) => Number(row[c])));
    const slopes = new Map(unitsOf(graph).map((unit) => [JSON.stringify(unit), slopesOf(unit)]));
    const losses = unitsOf(graph).map((unit) => kl(pick(before), pick(shifted(before, slopes, [unit])), 4));
    expect(two.choices[0]?.loss).toBeAllClose(Math.min(...losses), { rtol: 5e-3 });
  });

  it("keeps to the selection", async () => {
    const removed = async (budget: Budget, selection: Selection): Promise<readonly number[]> => {
      const { plan } = await choose(budget, { selection });
      return graph.groups.map(({ id }) => plan.remove[id]?.length ?? 0);
    };
    expect(await removed({ count: 3 }, { exclude: "d0" })).toEqual([0, 3]);
    expect(await removed({ count: 5 }, { minUnits: 2 })).toEqual([3, 2]);
    expect(await removed({ count: 3 }, { maxShare: 0.4 })).toEqual([2, 1]);
    expect(await removed({ count: 5 }, { roundTo: 2 })).toEqual([3, 2]);
    await expect(removed({ count: 5 }, { maxShare: 0.4 })).rejects.toThrow(BudgetError);
  });
});

/** Convolution "stem", a residual block, a head of three classes: the stage's units have three consumers. */
function residualNetwork(): tfl.LayersModel {
  const init = (seed: number) => ({
    kernelInitializer: tfl.initializers.randomNormal({ stddev: 0.7, seed }),
  });
  const conv = (name: string, filters: number, seed: number, x: tfl.SymbolicTensor): tfl.SymbolicTensor => {
    const options = { filters, kernelSize: 3, padding: "same", activation: "relu" } as const;
    return tfl.layers.conv2d({ name, ...options, ...init(seed) }).apply(x) as tfl.SymbolicTensor;
  };
  const x = tfl.input({ shape: [4, 4, 2] });
  const stem = conv("stem", 4, 1, x);
  const normalized = tfl.layers.batchNormalization({}).apply(stem) as tfl.SymbolicTensor;
  const branch = conv("back", 4, 3, conv("inner", 3, 2, normalized));
  const sum = tfl.layers.add().apply([normalized, branch]) as tfl.SymbolicTensor;
  const pooled = tfl.layers.globalAveragePooling2d({}).apply(sum);
  const head = tfl.layers.dense({ name: "out", units: 3, activation: "softmax", ...init(4) });
  return tfl.model({ inputs: x, outputs: head.apply(pooled) as tfl.SymbolicTensor });
}

it("the first increase at temperature 1 is taylor-margin, averaged over labels drawn from the prediction", async () => {
  model = residualNetwork();
  graph = buildDependencyGraph(model);
  const images = [1, 2, 3].map((seed) => tf.randomNormal([1, 4, 4, 2], 0, 1, "float32", seed));
  const expected = new Map<string, number>();
  for (const image of images) {
    const probabilities = tf.tidy(() => Array.from((model.predict(image) as tf.Tensor).dataSync()));
    for (const [label, p] of probabilities.entries()) {
      const batch = { xs: image.clone(), ys: tf.tensor1d([label], "int32") };
      const margin = criteria.taylorMargin({ topK: Number.POSITIVE_INFINITY });
      for (const [id, scores] of await score(model, graph, margin, [batch], { mode: "eval" }))
        for (const [unit, value] of scores.entries()) {
          const key = JSON.stringify({ group: id, unit });
          expected.set(key, (expected.get(key) ?? 0) + (p * value) / images.length);
        }
    }
  }
  const { numTensors } = tf.memory();
  const choices: JointChoice[] = [];
  const options = { temperature: 1, rounds: 1, onChoice: (choice: JointChoice) => void choices.push(choice) };
  const samples = images.map((xs) => ({ xs }));
  await selectJointly(model, graph, samples, { count: 1 }, options);
  expect(tf.memory().numTensors).toBe(numTensors - images.length);
  const [[best = "", least] = []] = [...expected].toSorted(([, a], [, b]) => a - b);
  expect(choices[0]).toMatchObject(JSON.parse(best));
  expect(choices[0]?.loss).toBeAllClose(Number(least), { rtol: 1e-3 });
  expect(expected.size).toBe(7);
  disposeModel(model);
});

it("on random architectures: meets budgets, keeps multiples, and does not depend on the minibatches", async () => {
  let met = 0;
  const law = fc.asyncProperty(architecture, fc.constantFrom(1, 2), async (drawn, roundTo) => {
    const head = drawn.head === "twoHeads" ? "flatten" : drawn.head;
    const spec = { ...drawn, head, activation: "softmax" } as const;
    const net = buildArchitecture(spec);
    const netGraph = buildDependencyGraph(net);
    const all = tf.randomNormal([6, spec.size, spec.size + 1, spec.channels], 0, 1, "float32", spec.seed);
    const losses: number[] = [];
    const options = {
      rounds: 2,
      selection: { roundTo },
      onChoice: ({ loss }: JointChoice) => void losses.push(loss),
    };
    function* inBatchesOf(sizes: readonly number[]): Generator<{ readonly xs: tf.Tensor }> {
      for (const xs of tf.split(all, [...sizes])) yield { xs };
    }
    const run = (sizes: readonly number[]): Promise<Plan> =>
      selectJointly(net, netGraph, inBatchesOf(sizes), { macs: 0.2 }, options);
    try {
      const plan = await run([6]);
      const once = losses.splice(0);
      expect(await run([1, 5])).toEqual(plan);
      expect(losses).toBeAllClose(once, { rtol: 1e-2, atol: 1e-5 });
      expect(Math.min(...once)).toBeGreaterThan(-1e-6);
      const remaining = remainingOf(netGraph);
      const original = remaining.amounts();
      for (const group of netGraph.groups) {
        const count = plan.remove[group.id]?.length ?? 0;
        if (count > 0) expect((group.unitCount - count) % roundTo).toBe(0);
        remaining.remove(group, count);
      }
      expect(remaining.amounts().macs).toBeLessThanOrEqual(0.8 * Number(original.macs) + 1);
      met++;
    } catch (error) {
      if (!(error instanceof BudgetError)) throw error;
    } finally {
      all.dispose();
      disposeModel(net);
    }
  });
  await fc.assert(law, { numRuns: 25 });
  expect(met).toBeGreaterThan(8);
});

describe("what it refuses and what it leaves", () => {
  disposeAfterEach();
  beforeEach(() => {
    model = network("relu", [5, 4]);
    graph = buildDependencyGraph(model);
  });

  it.each([
    [{ temperature: 0 }, "temperature must be a number above 0, not 0"],
    [{ topK: 1 }, "topK must be a whole number of classes, 2 or more, or Infinity, not 1"],
    [{ rounds: 0.5 }, "rounds must be a whole number of at least 1, not 0.5"],
    [{ temprature: 2 } as JointOptions, 'options has no field "temprature"'],
  ])("%j", async (options, message) => {
    expect(() => jointly(options)).toThrow(message);
    await expect(choose({ count: 1 }, options)).rejects.toThrow(message);
  });

  it("no samples, inputs of another shape, a head without a softmax, weights that are NaN", async () => {
    await expect(selectJointly(model, graph, [], { count: 1 })).rejects.toThrow("samples is empty");
    const wrong = [...samples(), { xs: tf.zeros([2, 3]) }];
    await expect(selectJointly(model, graph, wrong, { count: 1 })).rejects.toThrow("the batch (xs) is [2,3]");
    const other = network("relu", [3]);
    await expect(selectJointly(other, graph, [], { count: 1 })).rejects.toThrow(
      "the graph belongs to another model",
    );
    disposeModel(other);
    const regression = tfl.sequential({
      layers: [tfl.layers.dense({ units: 3, inputShape: [inputs] }), tfl.layers.dense({ units: 2 })],
    });
    const ofRegression = buildDependencyGraph(regression);
    await expect(selectJointly(regression, ofRegression, [], { count: 1 })).rejects.toThrow(
      "ends in a softmax",
    );
    disposeModel(regression);
    const nan = tf.fill([inputs, 5], Number.NaN);
    model.weights[0]?.write(nan);
    nan.dispose();
    await expect(choose({ count: 1 })).rejects.toThrow("logits or slopes that are not finite");
  });

  it("pruneOnce takes it in place of a criterion, without labels; the loop does not", async () => {
    const { plan } = await choose({ macs: 0.4 });
    const pruned = await pruneOnce(model, {
      criterion: jointly({ rounds: 1 }),
      data: samples(),
      budget: { macs: 0.4 },
    });
    expect(pruned.plan).toEqual(plan);
    expect(pruned.left.macs).toBeLessThanOrEqual(0.6 * Number(pruned.original.macs));
    disposeModel(pruned.model);
    const loop = {
      criterion: jointly(),
      data: samples,
      budget: { macs: 0.4 },
    } as unknown as PruneLoopOptions;
    await expect(prune(model, loop).next()).rejects.toThrow("pass a criterion, or call pruneOnce");
  });
});
