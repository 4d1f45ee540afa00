/**
 * Two heads and a regression against PyTorch's autograd in double precision (`tooling/pytorch-check/make-heads.py`): loss,
 * gradients, gate scores and two steps of SGD to 1e-3, and then what they are for: half of the units go.
 */
import fs from "node:fs";
import { formulaImages, inPyTorchOrder, pyTorchName, setFormulaWeights } from "@repo/testing/formula-weights";
import { criteria, score } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel, trainableWeights } from "@secateur/model-graph";
import { selectUnits } from "@secateur/pruner";
import { applyPlan, verifyPlan } from "@secateur/surgery";
import {
  type Batch,
  binaryCrossEntropy,
  distillation,
  type LossOption,
  lossAndGradients,
  meanSquaredError,
  ownTargets,
  sgd,
  softmaxCrossEntropy,
  trainStep,
  weighted,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

type Table = Readonly<Record<string, readonly number[]>>;

interface Golden {
  readonly phase: number;
  /** Before the first step, and before the second. */
  readonly losses: readonly number[];
  /** By PyTorch's name of the weight. */
  readonly gradients: Table;
  /** Of "own targets": the most probable classes. */
  readonly labels?: readonly number[];
  /** By layer: the square of each unit's gate gradient. */
  readonly gates: Table;
  /** By PyTorch's name of the weight: what two steps add to it. */
  readonly changes: Table;
}

const goldenFile = new URL("golden/heads.json", import.meta.url);
const golden = JSON.parse(fs.readFileSync(goldenFile, "utf8")) as Readonly<Record<string, Golden>>;

type Tensor = tfl.SymbolicTensor;
const apply = (layer: tfl.layers.Layer, x: Tensor): Tensor => layer.apply(x) as Tensor;

/** Two convolutions with batch normalisation, and the heads that `heads` puts on them. */
function network(heads: (features: Tensor) => Tensor | Tensor[]): tfl.LayersModel {
  const convolution = (x: Tensor, number: number, filters: number): Tensor => {
    const config = { filters, kernelSize: 3, padding: "same" as const, useBias: false };
    const y = apply(tfl.layers.conv2d({ ...config, name: `conv${number}` }), x);
    const normalized = apply(tfl.layers.batchNormalization({ name: `bn${number}`, epsilon: 1e-5 }), y);
    return apply(tfl.layers.reLU({ name: `relu${number}` }), normalized);
  };
  const inputs = tfl.input({ shape: [8, 8, 3], name: "image" });
  const pooled = apply(tfl.layers.maxPooling2d({ name: "pool", poolSize: 2 }), convolution(inputs, 1, 6));
  return tfl.model({ inputs, outputs: heads(convolution(pooled, 2, 8)) });
}

const average = (maps: Tensor): Tensor => apply(tfl.layers.globalAveragePooling2d({ name: "average" }), maps);

const hidden = () => tfl.layers.dense({ name: "hidden", units: 6, activation: "relu" });

const twoHeads = (): tfl.LayersModel =>
  network((maps) => {
    const features = average(maps);
    return [
      apply(
        tfl.layers.dense({ name: "classes", units: 4, activation: "softmax" }),
        apply(hidden(), features),
      ),
      apply(tfl.layers.dense({ name: "tags", units: 3, activation: "sigmoid" }), features),
    ];
  });

const regression = (): tfl.LayersModel =>
  network((maps) => apply(tfl.layers.dense({ name: "numbers", units: 2 }), apply(hidden(), average(maps))));

/** A softmax for every pixel, in rows. */
const perPixel = (): tfl.LayersModel =>
  network((maps) => {
    const pixels = tfl.layers.conv2d({ name: "pixels", filters: 3, kernelSize: 1, activation: "softmax" });
    return apply(tfl.layers.reshape({ targetShape: [16, 3] }), apply(pixels, maps));
  });

/** sin² of the index. */
const waves = (rows: number, columns: number): tf.Tensor2D =>
  tf.tensor2d(
    Array.from({ length: rows * columns }, (_, i) => Math.sin(i) ** 2),
    [rows, columns],
  );

interface Case {
  readonly build: () => tfl.LayersModel;
  readonly loss: LossOption;
  readonly targets: () => tf.Tensor | tf.Tensor[];
}

const cases: Readonly<Record<string, Case>> = {
  "two heads": {
    build: twoHeads,
    loss: [softmaxCrossEntropy(), weighted(binaryCrossEntropy(), 0.5)],
    targets: () => [
      tf.tensor1d([0, 1, 2, 3], "int32"),
      tf.tidy(() => tf.cast(tf.greater(waves(4, 3), 0.5), "float32")),
    ],
  },
  "soft targets": {
    build: twoHeads,
    loss: [softmaxCrossEntropy(), binaryCrossEntropy()],
    targets: () => [tf.tidy(() => tf.div(waves(4, 4), tf.sum(waves(4, 4), 1, true))), waves(4, 3)],
  },
  distillation: {
    build: twoHeads,
    loss: [distillation({ temperature: 3, weight: 0.7, labelSmoothing: 0.1 }), binaryCrossEntropy()],
    targets: () => [
      tf.tidy(() => tf.concat([tf.sub(tf.mul(waves(4, 4), 6), 3), tf.tensor2d([[0], [1], [2], [3]])], 1)),
      waves(4, 3),
    ],
  },
  "per pixel": {
    build: perPixel,
    loss: softmaxCrossEntropy(),
    targets: () =>
      tf.tensor2d(
        Array.from({ length: 64 }, (_, i) => i % 3),
        [4, 16],
        "int32",
      ),
  },
  regression: { build: regression, loss: meanSquaredError(), targets: () => waves(4, 2) },
};

/** To 1e-3 of each number, and 1e-5 of the largest of its table for those that are nothing but rounding. */
function expectTable(actual: ReadonlyMap<string, ArrayLike<number>>, expected: Table, rounding = 0): void {
  expect(Object.keys(expected).length).toBeGreaterThan(0);
  for (const [name, numbers] of Object.entries(expected)) {
    const atol = Math.max(rounding, 1e-5 * Math.max(...numbers.map(Math.abs)));
    expect(actual.get(name) ?? [], name).toBeAllClose(numbers, { rtol: 1e-3, atol });
  }
}

async function byPyTorchName(
  tensors: readonly (readonly [path: string, tensor: tf.Tensor])[],
): Promise<ReadonlyMap<string, Float32Array>> {
  const named = tensors.map(
    async ([path, tensor]) => [pyTorchName(path), await inPyTorchOrder(path, tensor)] as const,
  );
  return new Map(await Promise.all(named));
}

/** Of two additions to a float32 near 1. */
const twoRoundings = 2 ** -23;

describe.each(Object.entries(cases))("%s", (name, { build, loss, targets }) => {
  const expected = golden[name] as Golden;
  const batch = (): Batch => ({ xs: formulaImages(expected.phase), ys: targets() });
  const optimizer = () => sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3 });
  let model: tfl.LayersModel;

  beforeEach(() => {
    model = build();
    setFormulaWeights(model);
  });
  afterEach(() => disposeModel(model));

  it("loss and gradients are PyTorch's", async () => {
    const data = batch();
    const step = lossAndGradients(model, data, { loss });
    expect(step.loss).toBeAllClose(expected.losses[0] ?? Number.NaN, { rtol: 1e-5 });
    expectTable(await byPyTorchName(Object.entries(step.gradients)), expected.gradients);
    tf.dispose([data.xs, data.ys, { ...step }]);
  });

  it("taylorGate is the square of the gate's gradient, read in PyTorch at the producers", async () => {
    const graph = buildDependencyGraph(model);
    expectTable(await score(model, graph, criteria.taylorGate(), [batch()], { loss }), expected.gates);
  });

  it("a frozen model has the same gradients and scores", async () => {
    const paths = [...trainableWeights(model).keys()];
    model.trainable = false;
    const data = batch();
    const step = lossAndGradients(model, data, { loss, weights: paths });
    expectTable(await byPyTorchName(Object.entries(step.gradients)), expected.gradients);
    const graph = buildDependencyGraph(model);
    expectTable(await score(model, graph, criteria.taylorGate(), [data], { loss }), expected.gates);
    tf.dispose({ ...step });
  });

  it("two steps of SGD with momentum change the weights as in PyTorch", async () => {
    const values = () =>
      byPyTorchName([...trainableWeights(model)].map(([path, weight]) => [path, weight.read()]));
    const before = await values();
    const descent = optimizer();
    const first = await trainStep(model, descent, batch(), { loss });
    const second = await trainStep(model, descent, batch(), { loss, step: 1 });
    expect([first.loss, second.loss]).toBeAllClose(expected.losses, { rtol: 1e-4 });
    const changes = [...(await values())].map(
      ([key, after]) => [key, after.map((value, i) => value - Number(before.get(key)?.[i]))] as const,
    );
    expectTable(new Map(changes), expected.changes, twoRoundings);
    descent.dispose();
  });

  it("half of its units are removed, which is proved, and the rest learns", async () => {
    const graph = buildDependencyGraph(model);
    const scores = await score(model, graph, criteria.taylorGate(), [batch()], { loss });
    const plan = selectUnits(graph, scores, { units: 0.5 });
    const smaller = applyPlan(model, plan, { graph });
    expect((await verifyPlan(model, plan, { graph, smaller })).relativeError).toBeLessThan(1e-5);
    const left = buildDependencyGraph(smaller).groups.reduce((sum, { unitCount }) => sum + unitCount, 0);
    const units = graph.groups.reduce((sum, { unitCount }) => sum + unitCount, 0);
    expect(left).toBe(units / 2);
    const descent = optimizer();
    const first = await trainStep(smaller, descent, batch(), { loss });
    for (let step = 1; step < 10; step++) await trainStep(smaller, descent, batch(), { loss, step });
    const last = await trainStep(smaller, descent, batch(), { loss, step: 10 });
    expect(last.loss).toBeLessThan(first.loss);
    descent.dispose();
    disposeModel(smaller);
  });
});

it("own targets, on the losses that the heads ask for, give PyTorch's gate scores", async () => {
  const model = twoHeads();
  setFormulaWeights(model);
  const expected = golden["own targets"] as Golden;
  const xs = formulaImages(expected.phase);
  const [classes, tags] = ownTargets(model, { xs }) as tf.Tensor[];
  expect([...(classes?.dataSync() ?? [])]).toEqual(expected.labels);
  tf.dispose([classes, tags] as tf.Tensor[]);
  const graph = buildDependencyGraph(model);
  const scores = await score(model, graph, criteria.taylorGate(), [{ xs }], { targets: "own" });
  expectTable(scores, expected.gates);
  disposeModel(model);
});
