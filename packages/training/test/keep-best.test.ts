/** Averages of weights against their closed form; early stopping that gives the best weights back bit for bit. */
import { disposeModel, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import {
  type Batch,
  evaluate,
  fit,
  type KeepBestOptions,
  keepBest,
  type ModelMetric,
  NonFiniteLossError,
  sgd,
  TrainingError,
  type TrainingEvent,
  type ValidationEvent,
  type WeightAverage,
  weightAverage,
} from "../src/index.ts";

const network = (units = 6): tfl.LayersModel =>
  tfl.sequential({
    layers: [
      tfl.layers.dense({
        name: "h",
        units,
        activation: "relu",
        inputShape: [2],
        kernelInitializer: tfl.initializers.heNormal({ seed: 1 }),
      }),
      tfl.layers.batchNormalization({ name: "bn", momentum: 0.5 }),
      tfl.layers.dense({
        name: "o",
        units: 2,
        activation: "softmax",
        kernelInitializer: tfl.initializers.heNormal({ seed: 2 }),
      }),
    ],
  });

const stepsPerEpoch = 4;

function* circle(epoch: number): Generator<Batch> {
  for (let i = 0; i < stepsPerEpoch; i++) {
    const xs = tf.randomUniform([16, 2], -1.5, 1.5, "float32", 1000 * epoch + i + 1);
    yield { xs, ys: tf.tidy(() => tf.cast(tf.less(tf.sum(tf.square(xs), 1), 1), "int32")) };
  }
}

const values = (model: tfl.LayersModel): number[][] =>
  [...modelGraph(model).weights.values()].map((weight) => Array.from(weight.read().dataSync()));

const averageOf = (average: WeightAverage): number[][] => {
  const copy = network();
  average.copyTo(copy);
  const result = values(copy);
  disposeModel(copy);
  return result;
};

describe("weightAverage", () => {
  it.each([
    ["warm-up", { decay: 0.8 }, (t: number) => Math.min(0.8, (1 + t) / (10 + t))],
    ["no warm-up", { decay: 0.8, warmup: false }, () => 0.8],
  ])(
    "with %s is the weighted sum of all weights so far, moving averages included",
    async (_, options, decayAt) => {
      const model = network();
      const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
      const average = weightAverage(model, options);
      const seen = [values(model)];
      for await (const event of fit(model, circle, { epochs: 8, optimizer, average }))
        if (event.type === "step") seen.push(values(model));
      expect(seen).toHaveLength(33); // of warm-up, 26 updates have a smaller decay
      const shares = seen.map((_, s) => {
        let share = s === 0 ? 1 : 1 - decayAt(s);
        for (let t = s + 1; t < seen.length; t++) share *= decayAt(t);
        return share;
      });
      expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      const actual = averageOf(average);
      for (const [w, numbers] of actual.entries()) {
        const expected = numbers.map((_, i) =>
          seen.reduce((sum, weights, s) => sum + Number(shares[s]) * Number(weights[w]?.[i]), 0),
        );
        expect(numbers).toBeAllClose(expected, { rtol: 1e-5, atol: 1e-6 });
      }
      average.dispose();
      optimizer.dispose();
      disposeModel(model);
    },
  );

  it("continues from its state to the same average", async () => {
    const model = network();
    const optimizer = sgd({ learningRate: 0.1 });
    const [whole, second] = [weightAverage(model), weightAverage(model)];
    const change = (by: number): void => {
      for (const weight of modelGraph(model).weights.values()) {
        const moved = tf.add(weight.read(), by);
        weight.write(moved);
        moved.dispose();
      }
      whole.update();
    };
    change(1);
    change(2);
    const state = whole.state();
    await second.restore(state);
    change(3);
    second.update();
    expect(averageOf(second)).toEqual(averageOf(whole));
    tf.dispose({ ...state });
    for (const each of [whole, second, optimizer]) each.dispose();
    disposeModel(model);
  });

  it("refuses a decay out of range, and other shapes before anything is written", async () => {
    const [model, wider] = [network(), network(7)];
    for (const decay of [1, -0.1, Number.NaN])
      expect(() => weightAverage(model, { decay })).toThrow(
        `decay must be a number from 0 to below 1, not ${decay}`,
      );
    const [average, other] = [weightAverage(model), weightAverage(wider)];
    const before = values(wider);
    expect(() => average.copyTo(wider)).toThrow(
      /weight "h\/kernel" of model ".*" is \[2,7\], but its tensor is \[2,6\]/,
    );
    expect(values(wider)).toEqual(before);
    const state = average.state();
    await expect(other.restore(state)).rejects.toThrow(
      'the state of the average has [2,6] for weight "h/kernel"',
    );
    await expect(other.restore(state)).rejects.toThrow(TrainingError);
    tf.dispose({ ...state });
    for (const each of [average, other]) each.dispose();
    for (const each of [model, wider]) disposeModel(each);
  });
});

/** Returns the given values one after the other, and records the weights that it measured. */
function scripted(script: readonly number[], seen: number[][][]): ModelMetric {
  return async (model) => {
    seen.push(values(model));
    return script[seen.length - 1] ?? Number.NaN;
  };
}

type Event = TrainingEvent | ValidationEvent;

async function run(
  model: tfl.LayersModel,
  options: KeepBestOptions,
  onEvent: (event: Event) => boolean = () => true,
): Promise<readonly ValidationEvent[]> {
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
  const validations: ValidationEvent[] = [];
  const { average } = options;
  try {
    for await (const event of keepBest(
      model,
      fit(model, circle, { epochs: 9, optimizer, average }),
      options,
    )) {
      if (event.type === "validation") validations.push(event);
      if (!onEvent(event)) break;
    }
  } finally {
    expect(optimizer.learningRate).toBe(0.1);
    optimizer.dispose();
  }
  return validations;
}

describe("keepBest", () => {
  it.each([false, true])(
    "ends after `patience` epochs and restores the best weights bit for bit (average: %s)",
    async (isAveraged) => {
      const model = network();
      const average = isAveraged ? weightAverage(model, { decay: 0.5 }) : undefined;
      const seen: number[][][] = [];
      const validations = await run(model, {
        metric: scripted([0.1, 0.5, 0.4, 0.7, 0.7, 0.2, 0.9], seen),
        patience: 2,
        average,
      });
      expect(validations.map(({ epoch }) => epoch)).toEqual([null, 0, 1, 2, 3, 4]);
      expect(validations.map(({ isBest }) => isBest)).toEqual([true, true, false, true, false, false]);
      expect(values(model)).toEqual(seen[3]);
      expect(values(model)).not.toEqual(seen[4]);
      average?.dispose();
      disposeModel(model);
    },
  );

  it("measures the average, and trains on with the model's own weights", async () => {
    const [plain, averaged] = [network(), network()];
    const losses = async (model: tfl.LayersModel, average?: WeightAverage): Promise<readonly number[]> => {
      const all: number[] = [];
      const metric = async (each: tfl.LayersModel) => -(await evaluate(each, circle(99))).loss;
      await run(model, { metric, average }, (event) => {
        if (event.type === "step") all.push(event.loss);
        return true;
      });
      return all;
    };
    const average = weightAverage(averaged, { decay: 0.9 });
    expect(await losses(averaged, average)).toEqual(await losses(plain));
    average.dispose();
    for (const each of [plain, averaged]) disposeModel(each);
  });

  it("gives the weights from before a training that makes them worse", async () => {
    const model = network();
    const before = values(model);
    await run(model, { metric: scripted([0.5, 0.4, 0.3], []), patience: 2 });
    expect(values(model)).toEqual(before);
    disposeModel(model);
  });

  it.each(["step", "validation"] as const)("leaves the best weights after a break at a %s", async (type) => {
    const model = network();
    const seen: number[][][] = [];
    let count = 0;
    await run(
      model,
      { metric: scripted([0.1, 0.5, 0.2], seen) },
      (event) => event.type !== type || ++count < 3 + (type === "step" ? 7 : 0),
    );
    expect(values(model)).toEqual(seen[1]);
    disposeModel(model);
  });

  it("leaves the best weights where the training diverges, or the metric is not a number", async () => {
    const model = network();
    const seen: number[][][] = [];
    const metric = scripted([0.1, 0.5], seen);
    await expect(run(model, { metric })).rejects.toThrow("the metric returned NaN: it must return a number");
    expect(values(model)).toEqual(seen[1]);
    const optimizer = sgd({ learningRate: 1e30 });
    const diverging = async (): Promise<void> => {
      for await (const _ of keepBest(model, fit(model, circle, { epochs: 3, optimizer }), {
        metric: () => 1,
      }));
    };
    await expect(diverging()).rejects.toThrow(NonFiniteLossError);
    expect(values(model)).toEqual(seen[1]);
    disposeModel(model);
  });

  it.each([
    [{ metric: "accuracy" }, "metric must be a function of the model"],
    [{ metric: () => 1, patience: 0 }, "patience must be a number of at least 1, not 0"],
    [{ metric: () => 1, patience: Number.NaN }, "patience must be a number of at least 1, not NaN"],
  ])("refuses %j before anything is trained", async (options, message) => {
    const model = network();
    const before = values(model);
    await expect(run(model, options as KeepBestOptions)).rejects.toThrow(message);
    expect(values(model)).toEqual(before);
    disposeModel(model);
  });
});
