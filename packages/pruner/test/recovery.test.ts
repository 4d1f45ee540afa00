/** Recovery: what the loop trains after its last removal is what `fit` trains with the same teacher, schedule and average. */
import { criteria } from "@secateur/criteria";
import { disposeModel } from "@secateur/model-graph";
import {
  type Batch,
  cosine,
  distillation,
  fit,
  keepBest,
  type ModelMetric,
  meanSquaredError,
  trainStep,
  warmup,
  weightAverage,
  withTeacher,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { type PruneEvent, type PruneLoopOptions, prune, type Recovery } from "../src/index.ts";
import { collect, data, last, make, network, schedule, values } from "./small-loop.ts";

const options: PruneLoopOptions = {
  criterion: criteria.taylorGate(),
  data,
  budget: { count: 6 },
  schedule,
  verify: "first",
};
/** 12 steps in batches of ten: pruning ends in epoch 1. */
const firstEpoch = 2;
const rate = warmup(0.25, cosine());

/** Options with two epochs of fine-tuning. */
const recovering = (recovery: Recovery): PruneLoopOptions => ({
  ...options,
  schedule: { ...schedule, fineTuneEpochs: 2 },
  recovery,
});

/** A metric that returns these values, and records the weights it measured. */
function scripted(script: readonly number[], seen: number[][][]): ModelMetric {
  return (model) => {
    seen.push(values(model));
    return Number(script[seen.length - 1]);
  };
}

const validations = (events: readonly PruneEvent[]) =>
  events.flatMap((event) =>
    event.type === "fine-tune" && event.training.type === "validation" ? [event.training] : [],
  );

describe("recovery", () => {
  it.each([false, true])(
    "is fit with teacher, schedule and average (early stopping: %s)",
    async (stopsEarly) => {
      const model = network();
      const optimizer = make();
      const script = [0, 2, 1];
      const all: Recovery = {
        optimizer,
        schedule: rate,
        stepsPerEpoch: 9,
        distill: { temperature: 2 },
        ema: 0.9,
      };
      const early = stopsEarly ? { earlyStopping: { metric: scripted(script, []) } } : {};
      const events = await collect(prune(model, recovering({ ...all, ...early })));
      expect(validations(events).map(({ isBest }) => isBest)).toEqual(stopsEarly ? [true, true, false] : []);

      const pruned = last(await collect(prune(model, options))).model;
      const second = make();
      const average = weightAverage(pruned, { decay: 0.9 });
      const training = fit(pruned, (epoch) => withTeacher(model, data(firstEpoch + epoch)), {
        epochs: 2,
        optimizer: second,
        schedule: rate,
        stepsPerEpoch: 9,
        loss: distillation({ temperature: 2 }),
        average,
      });
      const metric = scripted(script, []);
      for await (const _ of stopsEarly ? keepBest(pruned, training, { metric, average }) : training);
      if (!stopsEarly) average.copyTo(pruned);
      const { model: recovered } = last(events);
      for (const [i, weight] of values(recovered).entries())
        expect(weight).toBeAllClose(values(pruned)[i] ?? [], { rtol: 1e-5, atol: 1e-6 });
      for (const each of [optimizer, second, average]) each.dispose();
      for (const each of [model, pruned, recovered]) disposeModel(each);
    },
  );

  it("gives the best weights bit for bit, and trains with the loop's own optimiser and loss by default", async () => {
    const model = network();
    const seen: number[][][] = [];
    const earlyStopping = { metric: scripted([0.5, 0.9, 0.7], seen), patience: 1 };
    const events = await collect(prune(model, recovering({ earlyStopping })));
    const plain = await collect(prune(model, recovering({})));
    const losses = (all: readonly PruneEvent[]) =>
      all.flatMap((event) =>
        event.type === "fine-tune" && event.training.type === "step" ? [event.training.loss] : [],
      );
    expect(losses(events)).toEqual(losses(plain));
    expect(values(last(events).model)).toEqual(seen[1]);
    expect(values(last(plain).model)).toEqual(seen[2]);
    for (const each of [model, last(events).model, last(plain).model]) disposeModel(each);
  });

  it("recovers what a guard left, and nothing is left behind by a break", async () => {
    const model = network();
    const before = tf.memory().numTensors;
    const guard = { metric: () => 0, atLeast: 1 };
    const all = { ...recovering({ distill: true, ema: 0.9, earlyStopping: { metric: () => 1 } }), guard };
    let steps = 0;
    for await (const event of prune(model, all))
      if (event.type === "fine-tune" && event.training.type === "step" && ++steps === 3) break;
    expect(steps).toBe(3);
    expect(tf.memory().numTensors).toBe(before);
    disposeModel(model);
  });

  it("is not needed to distil in the loop itself: its data and loss do", async () => {
    const [model, twin] = [network(), network()];
    const taught = (epoch: number) => withTeacher(model, data(epoch));
    const loss = distillation({ weight: 0.5 });
    const [optimizer, second] = [make(), make()];
    const events = await collect(prune(model, { ...options, data: taught, loss, optimizer }));
    const losses: number[] = [];
    for await (const batch of taught(0))
      if (losses.length < 4) losses.push((await trainStep(twin, second, batch, { loss })).loss);
      else tf.dispose([batch.xs, batch.ys]);
    const steps = events.flatMap((event) => (event.type === "step" ? [event.loss] : []));
    expect(steps.slice(0, 4)).toBeAllClose(losses, { rtol: 1e-5 }); // the first removal is after four steps
    expect(last(events).left.units).toBe(8);
    for (const each of [optimizer, second]) each.dispose();
    for (const each of [model, twin, last(events).model]) disposeModel(each);
  });

  it.each([
    [{ distil: true }, 'recovery has no field "distil": expected optimizer'],
    [{ distill: { temperature: 0 } }, "temperature must be a number above 0, not 0"],
    [{ distill: { temprature: 2 } }, 'recovery.distill has no field "temprature": expected temperature'],
    [{ distill: "yes" }, "recovery.distill must be an object with temperature"],
    [{ ema: Number.NaN }, "recovery.ema must be a number from 0 to below 1, not NaN"],
    [{ ema: "0.9" }, 'recovery.ema must be a number from 0 to below 1, not "0.9"'],
    [{ stepsPerEpoch: 0 }, "recovery.stepsPerEpoch must be a whole number of at least 1, not 0"],
    [{ schedule: "cosine", stepsPerEpoch: 2 }, 'recovery.schedule must be a function, not "cosine"'],
    [
      { earlyStopping: { metric: (): number => 1, pateince: 3 } },
      'recovery.earlyStopping has no field "pateince": expected metric, patience',
    ],
    [
      { earlyStopping: { metric: () => 1, patience: Number.NaN } },
      "patience must be a number of at least 1, not NaN",
    ],
    [{ ema: 1 }, "recovery.ema must be a number from 0 to below 1, not 1"],
    [{ schedule: rate }, "recovery.schedule needs recovery.stepsPerEpoch"],
    [{ earlyStopping: { metric: 3 } }, "recovery.earlyStopping.metric must be a function"],
    [{ earlyStopping: { metric: () => 1, patience: 0 } }, "patience must be a number of at least 1, not 0"],
    [{ optimizer: {} }, "optimizer must be one of @secateur/training"],
  ])("refuses %j before any training", async (recovery, message) => {
    const model = network();
    const events: PruneEvent[] = [];
    const run = async (): Promise<void> => {
      for await (const event of prune(model, recovering(recovery as Recovery))) events.push(event);
    };
    await expect(run()).rejects.toThrow(message);
    expect(events).toEqual([]);
    disposeModel(model);
  });

  it("refuses epochs of none, and a teacher without a softmax, before any training", async () => {
    const model = network();
    const none = prune(model, { ...options, recovery: { distill: true } });
    await expect(collect(none)).rejects.toThrow("pass schedule.fineTuneEpochs of at least 1");
    disposeModel(model);
    const regression = tfl.sequential({
      name: "regression",
      layers: [tfl.layers.dense({ units: 4, inputShape: [3] }), tfl.layers.dense({ units: 1 })],
    });
    const never = (): Batch[] => {
      throw new Error("data was read");
    };
    const all = {
      ...recovering({ distill: true }),
      data: never,
      loss: meanSquaredError(),
      budget: { count: 1 },
    };
    await expect(collect(prune(regression, all))).rejects.toThrow('"regression" must end in a softmax');
    disposeModel(regression);
  });
});
