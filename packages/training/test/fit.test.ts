/** Whole runs: learning, checkpoints, evaluation, memory, and a loss that is not finite. */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import {
  adam,
  type Batch,
  cosine,
  evaluate,
  fit,
  NonFiniteLossError,
  type Optimizer,
  sgd,
  TrainingError,
  trainStep,
} from "../src/index.ts";

function network(): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.dense({
        name: "h",
        units: 16,
        activation: "relu",
        inputShape: [2],
        kernelInitializer: tfl.initializers.heNormal({ seed: 1 }),
      }),
      tfl.layers.batchNormalization({ name: "bn" }),
      tfl.layers.dense({
        name: "o",
        units: 2,
        activation: "softmax",
        kernelInitializer: tfl.initializers.heNormal({ seed: 2 }),
      }),
    ],
  });
}

/** Points inside and outside the unit circle; they depend only on the epoch and the batch. */
function* circle(epoch: number, batches = 20, size = 32): Generator<Batch<tf.Tensor, tf.Tensor>> {
  for (let i = 0; i < batches; i++) {
    const xs = tf.randomUniform([size, 2], -1.5, 1.5, "float32", 1000 * epoch + i + 1);
    yield { xs, ys: tf.tidy(() => tf.cast(tf.less(tf.sum(tf.square(xs), 1), 1), "int32")) };
  }
}

async function train(
  model: tfl.LayersModel,
  optimizer: Optimizer,
  startEpoch: number,
  epochs: number,
): Promise<number> {
  let last = Number.NaN;
  const options = { epochs, startEpoch, optimizer, schedule: cosine(), stepsPerEpoch: 20 };
  for await (const event of fit(model, circle, options)) if (event.type === "epoch") last = event.loss;
  return last;
}

describe("fit", () => {
  it("learns a circle", async () => {
    const model = network();
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
    await train(model, optimizer, 0, 10);
    const { accuracy, error, count } = await evaluate(model, circle(99));
    expect(accuracy).toBeGreaterThan(0.9);
    expect(error).toBeCloseTo(1 - accuracy, 12);
    expect(count).toBe(640);
    expect(optimizer.learningRate).toBe(0.1);
    optimizer.dispose();
    model.dispose();
  });

  it("an interrupted run continues to the same weights", async () => {
    const [whole, halves] = [network(), network()];
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
    const expected = await train(whole, optimizer, 0, 4);
    const first = sgd({ learningRate: 0.1, momentum: 0.9 });
    const options = { epochs: 4, optimizer: first, schedule: cosine(), stepsPerEpoch: 20 };
    for await (const event of fit(halves, circle, options))
      if (event.type === "epoch" && event.epoch === 1) break;
    const state = first.state();
    const second = sgd({ learningRate: 0.1, momentum: 0.9 });
    await second.restore(state);
    expect(await train(halves, second, 2, 4)).toBe(expected);
    expect(expected).toBeGreaterThan(0);
    const [ended, undisturbed] = [halves, whole].map((each) =>
      each.weights.map((w) => [...w.read().dataSync()]),
    );
    expect(ended).toEqual(undisturbed);
    tf.dispose(state);
    for (const each of [optimizer, first, second]) each.dispose();
    whole.dispose();
    halves.dispose();
  });

  it("requires stepsPerEpoch for a schedule, and batches", async () => {
    const model = network();
    const optimizer = sgd({ learningRate: 0.1 });
    const noLength = fit(model, circle, { epochs: 1, optimizer, schedule: cosine() });
    await expect(noLength.next()).rejects.toThrow("a schedule needs stepsPerEpoch");
    await expect(fit(model, () => [], { epochs: 1, optimizer }).next()).rejects.toThrow(
      "epoch 0 has no batches",
    );
    model.dispose();
  });
});

describe("a loss that is not finite", () => {
  it("throws before the weights change", async () => {
    const model = network();
    const values = (): number[][] => model.weights.map((weight) => Array.from(weight.read().dataSync()));
    const before = values(); // moving averages too
    const bad = { xs: tf.tensor2d([[Number.NaN, 0]]), ys: tf.tensor1d([0], "int32") };
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
    await expect(trainStep(model, optimizer, bad, { step: 7 })).rejects.toThrow(NonFiniteLossError);
    expect(values()).toEqual(before);
    expect(optimizer.state()).toEqual({});
    expect(bad.xs.isDisposed).toBe(true);
    model.dispose();
  });
});

describe("evaluate", () => {
  it("weights a smaller last batch by its size", async () => {
    const model = network();
    const all = [...circle(3, 2, 10)];
    const [first, second] = all;
    if (first === undefined || second === undefined) throw new Error("two batches expected");
    const short = { xs: tf.slice(second.xs, 0, 3), ys: tf.slice(second.ys, 0, 3) };
    const copy = ({ xs, ys }: Batch<tf.Tensor, tf.Tensor>): Batch => ({ xs: tf.clone(xs), ys: tf.clone(ys) });
    const [a, b] = [await evaluate(model, [copy(first)]), await evaluate(model, [copy(short)])];
    const both = await evaluate(model, [first, short]);
    expect(both.count).toBe(13);
    expect(both.loss).toBeCloseTo((10 * a.loss + 3 * b.loss) / 13, 6);
    expect(both.accuracy).toBeCloseTo((10 * a.accuracy + 3 * b.accuracy) / 13, 6);
    tf.dispose([second.xs, second.ys]);
    model.dispose();
  });

  it("and training refuse a model whose loss is not known, name it, and dispose the batch", async () => {
    const model = tfl.sequential({
      name: "plain",
      layers: [tfl.layers.dense({ units: 2, inputShape: [2] })],
    });
    const [batch] = [...circle(0, 1)];
    if (batch === undefined) throw new Error("a batch expected");
    await expect(trainStep(model, sgd({ learningRate: 1 }), batch)).rejects.toThrow(TrainingError);
    await expect(evaluate(model, [])).rejects.toThrow(
      '" of model "plain" ends in neither softmax nor sigmoid, so its loss is not known: pass `loss`',
    );
    model.dispose();
  });
});

it.each([
  ["sgd", () => sgd({ learningRate: 0.01, momentum: 0.9 })],
  ["adam", () => adam()],
] as const)("memory is flat over 50 steps of %s", async (_, make) => {
  const model = network();
  const optimizer = make();
  const run = async (epoch: number, steps: number): Promise<void> => {
    for (const batch of circle(epoch, steps)) await trainStep(model, optimizer, batch);
  };
  await run(0, 2);
  const { numTensors, numBytes } = tf.memory();
  await run(1, 50);
  expect(tf.memory()).toMatchObject({ numTensors, numBytes });
  optimizer.dispose();
  model.dispose();
});
