/** Layers that are random in training: a seed determines their masks, on every engine, however often a step has run. */
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { type Batch, fit, type Loss, sgd, softmaxCrossEntropy, trainStep } from "../src/index.ts";

const init = (seed: number): object => ({ kernelInitializer: tfl.initializers.heNormal({ seed }) });

function network(between: readonly tfl.layers.Layer[]): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 8, activation: "relu", inputShape: [3, 4], ...init(1) }),
      ...between,
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 3, activation: "softmax", ...init(2) }),
    ],
  });
}

function* data(epoch: number): Generator<Batch> {
  for (let i = 0; i < 4; i++) {
    const xs = tf.randomNormal([6, 3, 4], 0, 1, "float32", 10 * epoch + i + 1);
    yield { xs, ys: tf.tensor1d([0, 1, 2, 0, 1, 2], "int32") };
  }
}

const firstBatch = (): Batch => {
  for (const batch of data(0)) return batch;
  throw new Error("no batch");
};
const weightsOf = (model: tfl.LayersModel): readonly number[] =>
  model.getWeights().flatMap((weight) => [...weight.dataSync()]);

/** Slow enough at its first calls that an engine that compiles considers it. */
function slowLoss(): Loss {
  const loss = softmaxCrossEntropy();
  let calls = 0;
  return {
    ...loss,
    name: "slow",
    perExample: (...tensors) => {
      const end = performance.now() + (calls++ < 3 ? 170 : 0);
      while (performance.now() < end);
      return loss.perExample(...tensors);
    },
  };
}

const lstm = { units: 4, returnSequences: true, recurrentInitializer: "glorotUniform" } as const;
const layers: readonly (readonly [string, () => tfl.layers.Layer])[] = [
  ["Dropout", () => tfl.layers.dropout({ rate: 0.5 })],
  ["SpatialDropout1D", () => tfl.layers.spatialDropout1d({ rate: 0.5 })],
  ["AlphaDropout", () => tfl.layers.alphaDropout({ rate: 0.5 })],
  ["GaussianNoise", () => tfl.layers.gaussianNoise({ stddev: 1 })],
  ["GaussianDropout", () => tfl.layers.gaussianDropout({ rate: 0.5 })],
  ["an LSTM with dropout", () => tfl.layers.lstm({ ...lstm, ...init(3), dropout: 0.5 })],
  [
    "a Bidirectional with dropout of states",
    () => tfl.layers.bidirectional({ layer: tfl.layers.lstm({ ...lstm, recurrentDropout: 0.5 }) as tfl.RNN }),
  ],
  ["Dropout at every step", () => tfl.layers.timeDistributed({ layer: tfl.layers.dropout({ rate: 0.5 }) })],
];

describe.each(layers)("%s", (_, layer) => {
  it("draws what the seed says", async () => {
    const model = network([layer()]);
    const optimizer = sgd({ learningRate: 0 });
    const loss = slowLoss();
    const lossWith = async (seed?: number): Promise<number> =>
      (await trainStep(model, optimizer, firstBatch(), { seed, loss })).loss;
    const first = await lossWith(7);
    for (let i = 0; i < 12; i++) expect(await lossWith(7)).toBe(first);
    expect(await lossWith(8)).not.toBe(first);
    expect(await lossWith()).not.toBe(await lossWith());
    optimizer.dispose();
    disposeModel(model);
  });
});

it("fit has the same results twice, and continued from an epoch, with other masks in every step", async () => {
  const train = async (model: tfl.LayersModel, more: object): Promise<readonly number[]> => {
    const optimizer = sgd({ learningRate: 0.1 });
    for await (const _ of fit(model, data, { optimizer, epochs: 2, ...more }));
    optimizer.dispose();
    return weightsOf(model);
  };
  const make = (): tfl.LayersModel => network([tfl.layers.dropout({ rate: 0.5 })]);
  const [once, halfway, other] = [make(), make(), make()];
  const expected = await train(once, {});
  await train(halfway, { epochs: 1 });
  expect(await train(halfway, { startEpoch: 1 })).toEqual(expected);
  expect(await train(other, { seed: 1 })).not.toEqual(expected);
  for (const each of [once, halfway, other]) disposeModel(each);
});

it("leaves the source of random numbers as it was, also where a step fails", async () => {
  const { random } = Math;
  const model = network([tfl.layers.dropout({ rate: 0.5 })]);
  const optimizer = sgd({ learningRate: 0.1 });
  const perExample = (): never => {
    throw new Error("broken");
  };
  const loss = { name: "broken", perExample };
  await expect(trainStep(model, optimizer, firstBatch(), { seed: 1, loss })).rejects.toThrow("broken");
  expect(Math.random).toBe(random);
  await trainStep(model, optimizer, firstBatch(), { seed: 1 });
  expect(Math.random).toBe(random);
  optimizer.dispose();
  disposeModel(model);
});

/** An engine that compiles steps recognises those that draw random numbers by these calls. */
it("other layers draw no random numbers", async () => {
  const model = network([tfl.layers.lstm({ ...lstm, ...init(3) }), tfl.layers.batchNormalization()]);
  const optimizer = sgd({ learningRate: 0.1 });
  await trainStep(model, optimizer, firstBatch()); // creates what is created once
  const { random } = Math;
  Math.random = () => {
    throw new Error("drawn");
  };
  try {
    await trainStep(model, optimizer, firstBatch());
  } finally {
    Math.random = random;
  }
  optimizer.dispose();
  disposeModel(model);
});
