/** Hessian-vector products, gates and margins, compared with double precision and with each other. */
import { trainableWeights } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import {
  forward,
  gatedLosses,
  hessianVectorProduct,
  logitMargins,
  logitSlopes,
  lossAndGradients,
  siteKey,
  TrainingError,
} from "../src/index.ts";
import {
  lossInDouble,
  smallBatch,
  tfjsNetwork,
  type WeightName,
  type Weights,
  weightSizes,
  weights,
} from "./small-network.ts";

const names = Object.keys(weightSizes) as WeightName[];

/** Another direction for every seed. */
const directionOf = (seed: number): Weights =>
  Object.fromEntries(
    names.map((name, n) => [
      name,
      Array.from({ length: weightSizes[name] }, (_, i) => Math.cos(7 * i + n + seed)),
    ]),
  ) as unknown as Weights;

function moved(by: readonly (readonly [number, Weights])[]): Weights {
  const at = (name: WeightName): number[] =>
    weights[name].map((value, i) => by.reduce((sum, [h, d]) => sum + h * Number(d[name][i]), value));
  return Object.fromEntries(names.map((name) => [name, at(name)])) as unknown as Weights;
}

/** u·H v by the second difference in double precision. */
function bilinear(u: Weights, v: Weights, pooling: "max" | "average"): number {
  const h = 1e-4;
  const loss = (a: number, b: number): number =>
    lossInDouble(
      moved([
        [a * h, u],
        [b * h, v],
      ]),
      pooling,
    );
  return (loss(1, 1) - loss(1, -1) - loss(-1, 1) + loss(-1, -1)) / (4 * h * h);
}

describe.each(["average", "max"] as const)("the small network with %s pooling", (pooling) => {
  it("has the same loss in double precision", () => {
    const [model, batch] = [tfjsNetwork(pooling), smallBatch()];
    const { loss, correct, gradients } = lossAndGradients(model, batch);
    expect(loss).toBeAllClose(lossInDouble(weights, pooling), { rtol: 1e-5 });
    tf.dispose([batch.xs, batch.ys, loss, correct, gradients]);
    model.dispose();
  });

  it("has the same Hessian as in double precision, through batch normalisation, pooling and softmax", async () => {
    const [model, batch] = [tfjsNetwork(pooling), smallBatch()];
    const step = pooling === "max" ? 3e-4 : 3e-3; // too small for another pixel to become the largest
    for (const seed of [0, 1, 2]) {
      const v = directionOf(seed);
      const direction = Object.fromEntries(
        names.map((name) => [
          name,
          tf.tensor([...v[name]], trainableWeights(model).get(name)?.shape as number[]),
        ]),
      );
      const product = await hessianVectorProduct(model, batch, direction, { perturbation: step });
      for (const other of [3, 4]) {
        const u = directionOf(other);
        const ours = names.reduce((sum, name) => {
          const values = product[name]?.dataSync() ?? [];
          return sum + u[name].reduce((part, value, i) => part + value * Number(values[i]), 0);
        }, 0);
        expect(ours).toBeAllClose(bilinear(u, v, pooling), { rtol: 1e-2, atol: 1e-2 });
      }
      tf.dispose([direction, product]);
    }
    tf.dispose([batch.xs, batch.ys]);
    model.dispose();
  });
});

describe("a Hessian-vector product", () => {
  it("runs without dropout, also in mode train", async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dropout({ name: "drop", rate: 0.5, inputShape: [3] }),
        tfl.layers.dense({ name: "out", units: 2, activation: "softmax" }),
      ],
    });
    const batch = { xs: tf.ones([2, 3]), ys: tf.tensor1d([0, 1], "int32") };
    const direction = { "out/kernel": tf.tensor2d([1, -1, 2, 0, 0, 1], [3, 2]) }; // not along all classes alike
    const train = await hessianVectorProduct(model, batch, direction);
    const evaluation = await hessianVectorProduct(model, batch, direction, { mode: "eval" });
    expect(Math.max(...(train["out/kernel"]?.dataSync() ?? []))).toBeGreaterThan(1e-2);
    expect(train["out/kernel"] ?? []).toBeAllClose(evaluation["out/kernel"] ?? [], { rtol: 1e-6 });
    tf.dispose([batch.xs, batch.ys, direction, train, evaluation]);
    model.dispose();
  });

  it("restores the weights bit by bit, and refuses a zero direction", async () => {
    const [model, batch] = [tfjsNetwork("max"), smallBatch()];
    const values = (): number[][] => model.getWeights().map((weight) => Array.from(weight.dataSync()));
    const before = values();
    const direction = Object.fromEntries([...trainableWeights(model)].map(([name, w]) => [name, w.read()]));
    tf.dispose(await hessianVectorProduct(model, batch, direction));
    expect(values()).toEqual(before);
    const zero = { "d/bias": tf.zeros([3]) };
    await expect(hessianVectorProduct(model, batch, zero)).rejects.toThrow(TrainingError);
    await expect(hessianVectorProduct(model, batch, { nothing: zero["d/bias"] })).rejects.toThrow(
      'has no weight "nothing" to differentiate with respect to',
    );
    expect(values()).toEqual(before);
    tf.dispose([batch.xs, batch.ys, zero]);
    model.dispose();
  });
});

const inputOf = (layer: string): string => siteKey({ layer, at: "input" });

describe("gates", () => {
  it("on a layer's input and on its producer's output have equal gradients if no other layer reads the tensor", () => {
    const [model, batch] = [tfjsNetwork("max"), smallBatch()];
    const pool = model.layers[2]?.name ?? "";
    const gates = [
      { layer: pool, at: "input" },
      { layer: "b", at: "output" },
    ] as const;
    const step = lossAndGradients(model, batch, { gates, weights: [] });
    expect(step.gates[inputOf(pool)]?.shape).toEqual([5, 2]);
    expect(step.gates[inputOf(pool)] ?? []).toBeAllClose(step.gates["output of b"] ?? [], { rtol: 1e-6 });
    expect(step.gradients).toEqual({});
    tf.dispose([batch.xs, batch.ys, step.loss, step.correct, step.gates]);
    model.dispose();
  });

  it("have the gradients of each example alone, in mode eval", () => {
    const [model, batch] = [tfjsNetwork("average"), smallBatch()];
    const gates = [{ layer: "d", at: "input" }] as const;
    const all = lossAndGradients(model, batch, { mode: "eval", gates });
    const alone = [...Array(5).keys()].map((n) => {
      const one = { xs: tf.slice(batch.xs, n, 1), ys: tf.slice(batch.ys, n, 1) };
      const step = lossAndGradients(model, one, { mode: "eval", gates, weights: [] });
      const values = step.gates[inputOf("d")];
      tf.dispose([one.xs, one.ys, step.loss, step.correct]);
      return values as tf.Tensor2D;
    });
    const together = tf.concat(alone);
    expect(all.gates[inputOf("d")] ?? []).toBeAllClose(together, { rtol: 1e-4, atol: 1e-6 });
    tf.dispose([batch.xs, batch.ys, alone, together, all.loss, all.correct, all.gradients, all.gates]);
    model.dispose();
  });

  it("on an unknown layer are refused, and so is recording its input", () => {
    const [model, batch] = [tfjsNetwork("max"), smallBatch()];
    const gates = [{ layer: "x", at: "input" }] as const;
    expect(() => lossAndGradients(model, batch, { gates })).toThrow('no layer "x" to put a gate on');
    expect(() => lossAndGradients(model, batch, { inputStatistics: ["x"] })).toThrow(
      'no layer "x" to record',
    );
    expect(() => gatedLosses(model, ["x"])).toThrow('the model has no layer "x"');
    tf.dispose([batch.xs, batch.ys]);
    model.dispose();
  });
});

it("input statistics are the mean and the fraction of non-zero values", () => {
  const relu = tfl.layers.reLU({ inputShape: [2] });
  const head = tfl.layers.dense({ name: "head", units: 2, activation: "softmax" });
  const model = tfl.sequential({ layers: [relu, head] });
  const batch = {
    xs: tf.tensor2d([1, -1, 3, 2, -5, 4, 0, -1], [4, 2]),
    ys: tf.tensor1d([0, 1, 0, 1], "int32"),
  };
  const step = lossAndGradients(model, batch, { inputStatistics: ["head"], weights: [] });
  expect(step.inputStatistics["head"] ?? []).toBeAllClose([1, 1.5, 0.5, 0.5]);
  tf.dispose([batch.xs, batch.ys, step.loss, step.correct, step.inputStatistics]);
  model.dispose();
});

describe("margins", () => {
  it("of all classes give the gradient of the loss: Σ p·d = ∂L/∂z", () => {
    const [model, batch] = [tfjsNetwork("max"), smallBatch()];
    const gates = [{ layer: "d", at: "input" }] as const;
    const options = { gates, topK: 9, mode: "eval" } as const;
    const { logProbabilities, gates: slopes } = logitMargins(model, batch, options);
    expect(logProbabilities.shape).toEqual([4, 5]);
    const probabilities = tf.exp(logProbabilities);
    const total = tf.sum(probabilities, 0);
    expect(total).toBeAllClose([1, 1, 1, 1, 1], { rtol: 1e-5 });
    const step = lossAndGradients(model, batch, { mode: "eval", gates, weights: [] });
    const p = tf.slice(probabilities, [1, 0], [2, -1]);
    const sum = tf.tidy(() => tf.sum(tf.mul(tf.expandDims(p, 2), slopes[inputOf("d")] as tf.Tensor3D), 0));
    expect(sum).toBeAllClose(step.gates[inputOf("d")] ?? [], { rtol: 1e-4, atol: 1e-6 });
    tf.dispose([
      batch.xs,
      batch.ys,
      logProbabilities,
      probabilities,
      slopes,
      p,
      sum,
      total,
      step.loss,
      step.correct,
      step.gates,
    ]);
    model.dispose();
  });

  it("are differences of the slopes of logits", () => {
    const [model, batch] = [tfjsNetwork("max"), smallBatch()];
    const gates = [{ layer: "d", at: "input" }] as const;
    const margins = logitMargins(model, batch, { gates, topK: 9, mode: "eval" });
    const classes = tf.tidy(() => {
      const [logits] = forward(model, batch.xs) as [tf.Tensor2D];
      const own = tf.oneHot(batch.ys as tf.Tensor1D, 3);
      const wrong = tf.topk(tf.add(logits, tf.mul(tf.cast(own, "float32"), -1e9)), 2).indices; // [batch, 2]
      return tf.concat([tf.expandDims(batch.ys as tf.Tensor1D, 1), wrong], 1) as tf.Tensor2D;
    });
    const slopes = logitSlopes(model, batch.xs, classes, gates);
    const logits = tf.tidy(() => tf.logSoftmax(slopes.logits));
    const difference = tf.tidy(() => {
      const [own, ...wrong] = tf.unstack(slopes.gates[inputOf("d")] as tf.Tensor3D);
      return tf.stack(wrong.map((each) => tf.sub(each, own as tf.Tensor)));
    });
    expect(difference).toBeAllClose(margins.gates[inputOf("d")] ?? [], { rtol: 1e-4, atol: 1e-6 });
    const [ownRow] = tf.tidy(() =>
      tf.unstack(margins.logProbabilities).map((row) => Array.from(row.dataSync())),
    );
    const labels = Array.from(batch.ys.dataSync());
    const rows = logits.arraySync();
    expect(labels.map((label, n) => Number(rows[n]?.[label]))).toBeAllClose(ownRow ?? [], { rtol: 1e-4 });
    tf.dispose([batch.xs, batch.ys, margins, classes, slopes, logits, difference] as tf.TensorContainer[]);
    model.dispose();
  });
});
