/** Scores on the network's own predictions: equal to scores of the same targets passed by hand, or refused by name. */
import { seedFromText } from "@secateur/base";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import {
  type Batch,
  binaryCrossEntropy,
  type Loss,
  meanSquaredError,
  ownTargets,
  softmaxCrossEntropy,
  weighted,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, describe, expect, it } from "vitest";
import {
  type Criterion,
  CriterionError,
  type CriterionName,
  CriterionNotApplicableError,
  criteria,
  criterionNames,
  criterionTable,
  defineCriterion,
  gradients,
  type ScoreOptions,
  score,
  scoreAll,
} from "../src/index.ts";

let model: tfl.LayersModel;
const disposeAfterEach = (): void => afterEach(() => disposeModel(model));

/** Convolution with batch normalisation, and a head of three outputs. */
function network(activation: "softmax" | "sigmoid" | "linear"): tfl.LayersModel {
  const init = (seed: number) => ({ kernelInitializer: tfl.initializers.randomNormal({ stddev: 1, seed }) });
  return tfl.sequential({
    layers: [
      tfl.layers.conv2d({ filters: 4, kernelSize: 3, useBias: false, inputShape: [5, 5, 2], ...init(1) }),
      tfl.layers.batchNormalization({}),
      tfl.layers.activation({ activation: "relu" }),
      tfl.layers.globalAveragePooling2d({}),
      tfl.layers.dense({ name: "head", units: 3, activation, ...init(2) }),
    ],
  });
}

const image = (seed: number): tf.Tensor => tf.randomNormal([6, 5, 5, 2], 0, 1, "float32", seed);

/** Two minibatches. @param ys - The targets of each from its outputs. */
function* data(ys?: (outputs: tf.Tensor) => tf.Tensor): Generator<Batch> {
  for (const seed of [3, 4]) {
    const xs = image(seed);
    yield (
      ys === undefined ? { xs } : { xs, ys: tf.tidy(() => ys(model.predict(xs) as tf.Tensor)) }
    ) as Batch;
  }
}

const scoresOf = async (
  criterion: Criterion,
  batches: Iterable<Batch>,
  options: ScoreOptions = {},
): Promise<readonly number[]> => {
  const graph = buildDependencyGraph(model);
  const scores = await score(model, graph, criterion, batches, { onWarning: () => undefined, ...options });
  return [...scores.values()].flatMap((values) => Array.from(values));
};

const mostProbable = (outputs: tf.Tensor): tf.Tensor => tf.argMax(outputs, 1);
const vanishing: readonly CriterionName[] = [
  "bn-scale-taylor",
  "taylor-weight",
  "taylor-weight-group",
  "taylor-gate",
  "taylor-skip-gate",
  "taylor-fg",
  "taylor-output",
];
const remaining: readonly CriterionName[] = [
  "l2",
  "activation-mean",
  "apoz",
  "taylor-so",
  "obd-hutchinson",
  "obd-fisher",
];

describe("on a softmax head", () => {
  disposeAfterEach();

  it.each(["train", "eval"] as const)(
    "every criterion scores the predicted classes, mode %s",
    async (mode) => {
      model = network("softmax");
      const graph = buildDependencyGraph(model);
      const all = criterionNames.map((name) => criterionTable[name](0));
      const options = { mode, onWarning: () => undefined };
      const own = await scoreAll(model, graph, all, data(), { ...options, targets: "own" });
      const byHand = await scoreAll(model, graph, all, data(mostProbable), options);
      expect(own).toEqual(byHand);
      expect(Math.max(...(own.get("taylor-gate")?.values().next().value ?? []))).toBeGreaterThan(1e-6);
    },
  );

  it("labels are not used with targets own, and are required without", async () => {
    model = network("softmax");
    const wrong = data(() => tf.zeros([6], "int32"));
    const own = await scoresOf(criteria.taylorGate(), wrong, { targets: "own" });
    expect(own).toEqual(await scoresOf(criteria.taylorGate(), data(mostProbable)));
    await expect(scoresOf(criteria.taylorGate(), data())).rejects.toThrow(CriterionError);
    await expect(scoresOf(criteria.taylorGate(), data())).rejects.toThrow(
      'a minibatch has no labels: pass { xs, ys }, or targets: "own"',
    );
    const wide = [{ xs: tf.zeros([2, 5, 5, 3]) }] as unknown as Batch[];
    await expect(scoresOf(criteria.taylorGate(), wide, { targets: "own" })).rejects.toThrow(
      "the batch (xs) is [2,5,5,3]",
    );
  });

  it("warns where the labels are the network's own outputs", async () => {
    model = network("softmax");
    const warnings: string[] = [];
    const options = { mode: "eval", onWarning: (warning: string) => void warnings.push(warning) } as const;
    const soft = await scoresOf(
      criteria.taylorGate(),
      data((outputs) => tf.clone(outputs)),
      options,
    );
    expect(Math.max(...soft)).toBeLessThan(1e-9);
    expect(warnings).toEqual([
      expect.stringContaining(
        'the network\'s own outputs, where the loss has no gradient: scores of "taylor-gate"',
      ),
    ]);
    await scoresOf(
      criteria.obd(),
      data((outputs) => tf.clone(outputs)),
      options,
    );
    await scoresOf(criteria.taylorGate(), data(mostProbable), options);
    await scoresOf(
      criteria.taylorGate(),
      data((outputs) => tf.add(tf.mul(outputs, 0.9), 0.1 / 3)),
      options,
    );
    expect(warnings).toHaveLength(1);
  });
});

describe("on other heads", () => {
  disposeAfterEach();
  const own = { targets: "own" } as const;
  /** A loss that says nothing about its own targets. */
  const plain: Loss = { name: "plain", perExample: meanSquaredError().perExample };

  it.each([...vanishing, ...remaining])("%s scores a regression on drawn targets", async (name) => {
    model = network("linear");
    const scores = await scoresOf(criterionTable[name](0), data(), own);
    const seedOf = (minibatch: number): number => seedFromText(`own/0/${minibatch}`);
    const byHand = [...data()].map(({ xs }, minibatch) => ({
      xs,
      ys: ownTargets(model, { xs }, { seed: seedOf(minibatch) }),
    }));
    expect(scores).toEqual(await scoresOf(criterionTable[name](0), byHand, { loss: meanSquaredError() }));
    expect(Math.max(...scores.map(Math.abs))).toBeGreaterThan(1e-9);
    expect(await scoresOf(criterionTable[name](0), data(), own)).toEqual(scores);
  });

  it.each(vanishing)("%s is refused where a loss has no gradient at its own targets", async (name) => {
    model = network("linear");
    const refused = scoresOf(criterionTable[name](0), data(), { ...own, loss: plain });
    await expect(refused).rejects.toThrow(CriterionNotApplicableError);
    await expect(refused).rejects.toThrow(
      `criterion "${name}" cannot score this model: with targets "own" the targets of output "head" are the output itself`,
    );
  });

  it.each(remaining)("%s scores the outputs themselves where a loss has no gradient there", async (name) => {
    model = network("linear");
    const scores = await scoresOf(criterionTable[name](0), data(), { ...own, loss: plain });
    const outputs = data((values) => tf.clone(values));
    const byHand = await scoresOf(criterionTable[name](0), outputs, { loss: meanSquaredError() });
    expect(scores).toBeAllClose(byHand, { rtol: 1e-4 });
    expect(Math.max(...scores.map(Math.abs))).toBeGreaterThan(1e-9);
  });

  it("warns about criteria that read one gradient a minibatch", async () => {
    model = network("linear");
    const warnings: string[] = [];
    const options = { ...own, onWarning: (warning: string) => void warnings.push(warning) };
    for (const name of ["taylor-gate", "taylor-fg", "obd-fisher", "l2"] as const)
      await scoresOf(criterionTable[name](0), data(), options);
    expect(warnings).toEqual([
      expect.stringContaining(
        'the targets of the regression "head" are drawn at random: scores of "taylor-gate"',
      ),
    ]);
  });

  it("a criterion of your own that reads gradients is refused", async () => {
    model = network("linear");
    const steepness = defineCriterion({
      name: "steepness",
      observes: [gradients()],
      score: (group) => tf.abs(group.gateGradient),
    });
    await expect(scoresOf(steepness, data(), { ...own, loss: plain })).rejects.toThrow(
      'criterion "steepness" cannot score',
    );
  });

  it("a sigmoid's targets are its decisions", async () => {
    model = network("sigmoid");
    const decisions = (outputs: tf.Tensor): tf.Tensor => tf.cast(tf.greater(outputs, 0.5), "float32");
    for (const loss of [binaryCrossEntropy(), weighted(binaryCrossEntropy(), 0.5)]) {
      const scores = await scoresOf(criteria.taylorGate(), data(), { ...own, loss });
      expect(scores).toEqual(await scoresOf(criteria.taylorGate(), data(decisions), { loss }));
    }
    const byDefault = await scoresOf(criteria.taylorGate(), data(), own);
    expect(byDefault).toEqual(await scoresOf(criteria.taylorGate(), data(decisions)));
  });

  it("of several outputs, one without a gradient refuses", async () => {
    const x = tfl.input({ shape: [4] });
    const hidden = tfl.layers.dense({ units: 3, activation: "tanh" }).apply(x);
    const classes = tfl.layers.dense({ units: 2, activation: "softmax" }).apply(hidden);
    const value = tfl.layers.dense({ name: "value", units: 1 }).apply(hidden);
    model = tfl.model({ inputs: x, outputs: [classes, value] as tfl.SymbolicTensor[] });
    const batches = (): Batch[] => [{ xs: tf.ones([2, 4]) } as Batch];
    const ofValue = (last: Loss): ScoreOptions => ({ loss: [softmaxCrossEntropy(), last], targets: "own" });
    const graph = buildDependencyGraph(model);
    const unread = batches();
    await expect(score(model, graph, criteria.taylorGate(), unread, ofValue(plain))).rejects.toThrow(
      'the targets of output "value"',
    );
    tf.dispose(unread.map(({ xs }) => xs));
    const scores = await score(
      model,
      graph,
      criteria.taylorGate(),
      batches(),
      ofValue(binaryCrossEntropy({ fromLogits: true })),
    );
    expect(scores.size).toBe(1);
  });
});

describe("drawn targets", () => {
  disposeAfterEach();

  /** 2 → 3, ReLU, → `units`. With `h` a unit's activation and `w` its outgoing weights, ∂output_o/∂z = h w_o. */
  function tiny(units: number, activation: "softmax" | "sigmoid" | "linear"): tfl.LayersModel {
    const init = (seed: number) => ({
      kernelInitializer: tfl.initializers.randomNormal({ stddev: 1, seed }),
    });
    return tfl.sequential({
      layers: [
        tfl.layers.dense({ name: "hidden", units: 3, activation: "relu", inputShape: [2], ...init(5) }),
        tfl.layers.dense({ name: "head", units, activation, ...init(6) }),
      ],
    });
  }
  const xs = (): tf.Tensor2D => tf.randomNormal([8, 2], 0, 1, "float32", 7);
  const table = (values: ArrayLike<number>, width: number): number[][] =>
    Array.from({ length: values.length / width }, (_, row) =>
      Array.from({ length: width }, (_, i) => Number(values[row * width + i])),
    );

  /** The Gauss-Newton diagonal of every unit in float64, with the curvature of the loss in the outputs of one example. */
  function gaussNewton(curvature: (outputs: number[], slopes: number[]) => number): number[] {
    const images = xs();
    const [kernel, bias, head, headBias] = model.getWeights().map((w) => [...w.dataSync()]);
    const examples = table(images.dataSync(), 2);
    images.dispose();
    const units = Number(headBias?.length);
    const sums = [0, 0, 0];
    for (const x of examples) {
      const h = [0, 1, 2].map((i) =>
        Math.max(
          0,
          x.reduce((sum, value, j) => sum + value * Number(kernel?.[3 * j + i]), Number(bias?.[i])),
        ),
      );
      const weights = table(head ?? [], units);
      const outputs = Array.from({ length: units }, (_, o) =>
        h.reduce((sum, value, i) => sum + value * Number(weights[i]?.[o]), Number(headBias?.[o])),
      );
      for (const [i, value] of h.entries())
        sums[i] =
          Number(sums[i]) +
          curvature(
            outputs,
            (weights[i] ?? []).map((w) => value * w),
          );
    }
    return sums.map((sum) => sum / examples.length);
  }
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
  const softmax = (z: readonly number[]): number[] => {
    const total = z.reduce((sum, value) => sum + Math.exp(value), 0);
    return z.map((value) => Math.exp(value) / total);
  };
  const curvatures = {
    linear: (_: number[], d: number[]) => 2 * mean(d.map((slope) => slope ** 2)),
    sigmoid: (z: number[], d: number[]) =>
      mean(d.map((slope, o) => slope ** 2 / (2 + Math.exp(Number(z[o])) + Math.exp(-Number(z[o]))))) /
      d.length,
    softmax: (z: number[], d: number[]) => {
      const p = softmax(z);
      const first = p.reduce((sum, pc, c) => sum + pc * Number(d[c]), 0);
      return p.reduce((sum, pc, c) => sum + pc * Number(d[c]) ** 2, 0) - first ** 2;
    },
  } as const;

  it.each([
    ["linear", "taylor-fg"],
    ["linear", "obd-fisher"],
    ["sigmoid", "obd-fisher"],
    ["softmax", "obd-fisher"],
  ] as const)("on a %s head, %s estimates the Gauss-Newton diagonal", async (activation, name) => {
    model = tiny(4, activation);
    const batches = Array.from({ length: 40 }, () => ({ xs: tf.tidy(() => tf.tile(xs(), [32, 1])) }));
    const scores = await scoresOf(criterionTable[name](0), batches as unknown as Batch[], {
      ...({ targets: "own" } as const),
      mode: "eval",
    });
    const expected = gaussNewton(curvatures[activation]);
    for (const [unit, score] of scores.entries())
      expect(Math.abs(score / Number(expected[unit]) - 1), `unit ${unit}`).toBeLessThan(0.08);
  });
});

it("every criterion is among those refused, those that score, or those that require a softmax", () => {
  const softmaxOnly = ["taylor-so-gate", "obd", "taylor-margin"];
  const dataless = ["random", "l1", "lamp", "fpgm", "bn-scale"];
  expect([...vanishing, ...remaining, ...softmaxOnly, ...dataless].toSorted()).toEqual(
    criterionNames.toSorted(),
  );
});

it("scores that are all equal are warned about, by the criterion's name", async () => {
  model = network("softmax");
  const dead = tf.fill([4], -100);
  model.layers[1]?.weights.find(({ originalName }) => originalName.endsWith("beta"))?.write(dead);
  dead.dispose();
  const warnings: string[] = [];
  const options = { targets: "own", onWarning: (warning: string) => void warnings.push(warning) } as const;
  await scoresOf(criteria.taylorGate(), data(), options);
  await scoresOf(criteria.l2(), data(), options);
  const one = defineCriterion({ name: "one", observes: [], score: ({ unitCount }) => tf.ones([unitCount]) });
  await scoresOf(one, [], options);
  expect(warnings).toEqual([
    expect.stringContaining(
      'criterion "taylor-gate" scores all units 0: the loss does not depend on the units',
    ),
    expect.stringContaining('criterion "one" scores all units 1: nothing tells them apart'),
  ]);
  disposeModel(model);
});
