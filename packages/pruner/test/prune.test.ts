/** The loop: real removal while training, budgets met, checkpoints that lead to the same end, nothing leaked. */

import { criteria, defineCriterion, type GroupView } from "@secateur/criteria";
import {
  fingerprint as fingerprintOf,
  type LayerRule,
  type LayerRules,
  layerRules,
} from "@secateur/dependency-graph";
import { byteSize, countMacs, countParameters } from "@secateur/metrics";
import { disposeModel } from "@secateur/model-graph";
import { applyPlan, RemovalMismatchError } from "@secateur/surgery";
import type { Batch, UnlabelledBatch } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import {
  BudgetError,
  type PruneEvent,
  type PruneLoopOptions,
  type PruneOptions,
  PrunerError,
  type PruneState,
  prune,
  pruneOnce,
} from "../src/index.ts";
import { collect, data, last, make, network, schedule, values } from "./small-loop.ts";

describe("prune", () => {
  it("removes a few units every few minibatches until the budget is met, and checks each removal", async () => {
    const model = network();
    const before = values(model);
    const optimizer = make();
    const criterion = criteria.taylorGate();
    const events = await collect(
      prune(model, { criterion, data, budget: { count: 7 }, schedule, optimizer }),
    );
    const removals = events.filter((event) => event.type === "removal");
    expect(removals.map(({ removed }) => removed)).toEqual([2, 2, 2, 1]);
    expect(removals.map(({ left }) => left.units)).toEqual([12, 10, 8, 7]);
    for (const { proof } of removals) expect(proof?.relativeError).toBeLessThan(1e-4);
    expect(events.filter(({ type }) => type === "step")).toHaveLength(16);
    const { model: smaller, plan, original, left, proof } = last(events);
    expect(original.macs).toBe(countMacs(model).total);
    expect(proof?.relativeError).toBe(Math.max(...removals.map((each) => Number(each.proof?.relativeError))));
    expect(Object.values(plan.remove).flat()).toHaveLength(7);
    expect(left.macs).toBe(countMacs(smaller).total);
    const direct = applyPlan(model, plan);
    expect(direct.getWeights().map(({ shape }) => shape)).toEqual(
      smaller.getWeights().map(({ shape }) => shape),
    );
    expect(values(model)).toEqual(before); // the input model is untouched
    for (const each of [model, smaller, direct]) disposeModel(each);
    optimizer.dispose();
  });

  it("meets a MACs budget, and fine-tunes", async () => {
    const model = network();
    const optimizer = make();
    const options = { criterion: criteria.l2(), data, budget: { macs: 0.4 }, optimizer };
    const events = await collect(
      prune(model, { ...options, schedule: { ...schedule, fineTuneEpochs: 1 }, verify: "never" }),
    );
    const { model: smaller, left, proof } = last(events);
    expect(proof).toBeNull();
    expect(left.macs).toBeLessThanOrEqual(0.6 * countMacs(model).total);
    expect(events.filter(({ type }) => type === "fine-tune")).toHaveLength(11);
    disposeModel(model);
    disposeModel(smaller);
    optimizer.dispose();
  });

  it("goes on from a checkpoint to the very same model", async () => {
    const model = network();
    const options = { criterion: criteria.taylorWeight(), data, budget: { count: 8 }, schedule };
    const whole = make();
    const expected = last(await collect(prune(model, { ...options, optimizer: whole })));

    const first = make();
    let checkpoint: {
      state: PruneState;
      model: tfl.LayersModel;
      optimizer: Record<string, tf.Tensor>;
    } | null = null;
    for await (const event of prune(model, { ...options, optimizer: first })) {
      if (event.type !== "removal" || event.left.units > 10) continue;
      const copy = applyPlan(event.model, {
        formatVersion: 1,
        fingerprint: fingerprintOf(event.model),
        remove: {},
      });
      checkpoint = {
        state: JSON.parse(JSON.stringify(event.state)),
        model: copy,
        optimizer: { ...first.state() },
      };
      break;
    }
    if (checkpoint === null) throw new Error("no removal");
    const second = make();
    await second.restore(checkpoint.optimizer);
    const { state, model: halfway } = checkpoint;
    const resumed = last(
      await collect(prune(model, { ...options, optimizer: second, resume: { state, model: halfway } })),
    );
    expect(resumed.plan).toEqual(expected.plan);
    expect(values(resumed.model)).toEqual(values(expected.model));
    tf.dispose(checkpoint.optimizer);
    for (const each of [model, expected.model, halfway, resumed.model]) disposeModel(each);
    for (const each of [whole, first, second]) each.dispose();
  });

  it("starts removing at another minibatch than the frequency's, also from a checkpoint", async () => {
    const model = network();
    const options = { criterion: criteria.l2(), data, verify: "never" } as const;
    const late = { ...schedule, firstRemoval: 5 };
    const steps = (events: readonly PruneEvent[]): readonly number[] =>
      events.flatMap((event) => (event.type === "removal" ? [event.state.step] : []));
    const events = await collect(prune(model, { ...options, budget: { count: 5 }, schedule: late }));
    expect(steps(events)).toEqual([5, 9, 13]);
    const early = await collect(prune(model, { ...options, budget: { count: 3 }, schedule: late }));
    const { model: halfway } = last(early);
    const [first] = early.flatMap((event) => (event.type === "removal" ? [event.state] : []));
    if (first === undefined) throw new Error("no removal");
    const resume = { state: { ...first, plan: last(early).plan }, model: halfway };
    const resumed = await collect(prune(model, { ...options, budget: { count: 5 }, schedule: late, resume }));
    expect(steps(resumed)).toEqual([9]);
    for (const each of [model, halfway, last(events).model, last(resumed).model]) disposeModel(each);
  });

  it("scores and trains on minibatches in parts as on whole ones, where no layer mixes examples", async () => {
    const init = (seed: number): object => ({ kernelInitializer: tfl.initializers.heNormal({ seed }) });
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          filters: 8,
          kernelSize: 3,
          inputShape: [6, 6, 2],
          activation: "relu",
          ...init(1),
        }),
        tfl.layers.globalAveragePooling2d({}),
        tfl.layers.dense({ units: 2, activation: "softmax", ...init(2) }),
      ],
    });
    const run = async (microBatches: number): Promise<Extract<PruneEvent, { type: "done" }>> => {
      const optimizer = make();
      const options = { criterion: criteria.taylorSkipGate(), data, budget: { count: 4 }, optimizer };
      const done = { ...schedule, fineTuneEpochs: 1 };
      const events = await collect(prune(model, { ...options, schedule: done, microBatches }));
      optimizer.dispose();
      return last(events);
    };
    const [whole, parts] = [await run(1), await run(5)];
    expect(parts.plan).toEqual(whole.plan);
    for (const [i, weight] of values(parts.model).entries())
      expect(weight).toBeAllClose(values(whole.model)[i] ?? [], { rtol: 1e-3, atol: 1e-5 });
    for (const each of [model, whole.model, parts.model]) disposeModel(each);
  });

  it("warns once of scores that are all equal", async () => {
    const model = network();
    const warnings: string[] = [];
    const dead = {
      name: "dead",
      observes: [],
      score: ({ unitCount }: GroupView) => tf.zeros<tf.Rank.R1>([unitCount]),
    };
    const events = await collect(
      prune(model, {
        criterion: defineCriterion(dead),
        data,
        budget: { count: 4 },
        schedule,
        onWarning: (message) => void warnings.push(message),
      }),
    );
    expect(warnings).toEqual([expect.stringContaining('criterion "dead" scores all units 0')]);
    expect(last(events).warnings).toEqual(warnings);
    for (const each of [model, last(events).model]) disposeModel(each);
  });

  it("hands on what the criterion has to say", async () => {
    const model = network();
    const warnings: string[] = [];
    const criterion = criteria.taylorWeightGroup();
    const onWarning = (message: string): void => void warnings.push(message);
    const events = await collect(
      prune(model, { criterion, data, budget: { count: 1 }, schedule, onWarning }),
    );
    expect(warnings).toEqual([
      expect.stringMatching(/^scores of criterion "taylor-weight-group" are meaningless for group "c0"/),
    ]);
    for (const each of [model, last(events).model]) disposeModel(each);
  });

  it.each([
    [{ budget: { count: 14 } }, "at most 85.7 % of the units can be removed (2 stay, at most 0 should)"],
    [{ budget: { count: 7 }, selection: { exclude: "c1" } }, 'with selection {"exclude":"c1"}'],
    [{ budget: { units: Number.NaN } }, "budget units: NaN is not the removed share"],
    [{ selection: { minUnits: 0 } }, "minUnits must be a whole number of at least 1, not 0"],
    [{ selection: { roundTo: 2.5 } }, "roundTo must be a whole number"],
    [{ selection: { maxShare: 2 } }, "maxShare must be a number from 0 to 1, not 2"],
    [{ schedule: { frequency: 0 } }, "schedule.frequency must be a whole number of at least 1, not 0"],
    [{ schedule: { unitsPerRemoval: Number.NaN } }, "schedule.unitsPerRemoval"],
    [{ schedule: { firstRemoval: 0 } }, "schedule.firstRemoval must be a whole number of at least 1, not 0"],
    [{ microBatches: 0.5 }, "microBatches must be a whole number of at least 1, not 0.5"],
    [
      { schedule: { scoreMomentum: Number.NaN } },
      "schedule.scoreMomentum must be a number from 0 to 1, not NaN",
    ],
    [{ schedule: { fineTuneEpochs: -1 } }, "schedule.fineTuneEpochs"],
    [{ schedule: { unitPerRemoval: 2 } }, 'schedule has no field "unitPerRemoval": expected frequency'],
    [{ selection: { minUnit: 8 } }, 'selection has no field "minUnit": expected minUnits'],
    [{ selections: {} }, 'options has no field "selections"'],
    [{ verify: "sometimes" }, 'verify must be "always" or "first" or "never", not "sometimes"'],
    [{ mode: "evaluation" }, 'mode must be "train" or "eval", not "evaluation"'],
    [{ criterion: criteria.l1 }, "criterion is a function: call it"],
    [{ criterion: "l1" }, "criterion must be a criterion"],
    [
      { criterion: { name: "mine", observes: [] } },
      'criterion "mine" has no function score: make it with defineCriterion',
    ],
    [{ budget: 0.5 }, "budget is 0.5: pass the share to remove, for instance { macs: 0.5 }"],
    [{ budget: { macs: "0.5" } }, 'budget macs: "0.5" is not the removed share'],
    [{ budget: { constructor: 0.5 } }, "a budget must be one of units, macs, parameters, bytes or count"],
    [{ selection: [] }, "selection must be an object with minUnits"],
    [{ selection: null }, "selection must be an object, not null"],
    [{ selection: { exclude: 3 } }, "selection.exclude must be names or patterns of layers"],
    [{ schedule: null }, "schedule must be an object with frequency"],
    [
      { schedule: { frequency: Number.NaN } },
      "schedule.frequency must be a whole number of at least 1, not NaN",
    ],
    [
      { schedule: { unitsPerRemoval: 0 } },
      "schedule.unitsPerRemoval must be a whole number of at least 1, not 0",
    ],
    [{ seed: "7" }, 'seed must be a number, not "7"'],
    [{ rules: { Dense: true } }, "rules.Dense must be a function, not true"],
    [{ onWarning: "print" }, 'onWarning must be a function, not "print"'],
    [{ guard: { metric: () => 1, atLeast: Number.NaN } }, "guard.atLeast must be a number"],
    [{ resume: { state: {} } }, "resume.state must be the state of a removal event"],
    [{ compensate: { trials: true } }, "compensate.trials is an option of pruneOnce"],
    [{ data: {} }, "data must be a list of minibatches"],
    [{ data: undefined }, "data is missing"],
    [{ budget: undefined }, "budget is missing"],
    [{ optimizer: { minimize: () => null } }, "optimizer must be one of @secateur/training"],
    [
      { data: [], schedule: { fineTuneEpochs: 1 } },
      "fine-tuning needs data as a function (epoch) => batches",
    ],
  ])("refuses %j before any training", async (options, message) => {
    const model = network();
    const events: PruneEvent[] = [];
    const run = async (): Promise<void> => {
      const all = { criterion: criteria.l1(), data, budget: { count: 7 }, ...options } as PruneLoopOptions;
      for await (const event of prune(model, all)) events.push(event);
    };
    await expect(run()).rejects.toThrow(message);
    await expect(run()).rejects.toThrow(PrunerError);
    expect(events).toEqual([]);
    disposeModel(model);
  });

  it("keeps within its selection over all removals", async () => {
    const model = network();
    const selection = { maxShare: 0.5, exclude: ["c0"] };
    const options = { criterion: criteria.random(), data, budget: { count: 4 }, selection, schedule };
    const { plan, model: smaller } = last(await collect(prune(model, options)));
    expect(Object.fromEntries(Object.entries(plan.remove).map(([id, units]) => [id, units.length]))).toEqual({
      c1: 4,
    });
    const more = prune(model, { ...options, budget: { count: 5 } });
    await expect(collect(more)).rejects.toThrow(BudgetError);
    for (const each of [model, smaller]) disposeModel(each);
  });

  it("scores by moving averages on request", async () => {
    const model = network();
    const options = { criterion: criteria.taylorGate(), data, budget: { count: 6 }, schedule };
    const losses = async (mode: "train" | "eval"): Promise<readonly [unknown, unknown]> => {
      const events = await collect(prune(model, { ...options, mode }));
      const removal = events.find((event) => event.type === "removal");
      disposeModel(last(events).model);
      return [events.find((event) => event.type === "step"), removal?.state.scores];
    };
    const [trainStep, trainScores] = await losses("train");
    const [evalStep, evalScores] = await losses("eval");
    expect(evalStep).toEqual(trainStep); // the training itself is the same
    expect(evalScores).not.toEqual(trainScores);
    disposeModel(model);
  });

  it("needs a function of the epoch where one epoch is not enough", async () => {
    const model = network();
    const run = prune(model, { criterion: criteria.l1(), data: data(0), budget: { count: 7 }, schedule });
    await expect(collect(run)).rejects.toThrow("pass data as a function (epoch) => batches");
    disposeModel(model);
  });
});

/** Returns its input. */
class Echo extends tfl.layers.Layer {
  static className = "Echo";
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.clone([inputs].flat()[0] as tf.Tensor);
  }
}
tf.serialization.registerClass(Echo);

/** A layer class that has no rule between two that make units. */
describe("rules of one's own", () => {
  const echoing = (): tfl.LayersModel =>
    tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          name: "c0",
          filters: 6,
          kernelSize: 3,
          activation: "relu",
          inputShape: [6, 6, 2],
        }),
        new Echo({ name: "echo" }),
        tfl.layers.conv2d({ name: "c1", filters: 4, kernelSize: 3, activation: "relu" }),
        tfl.layers.globalAveragePooling2d({ name: "gap" }),
        tfl.layers.dense({ name: "out", units: 2, activation: "softmax" }),
      ],
    });
  const rules: LayerRules = {
    ...layerRules,
    Echo: ({ inputs: [input] }) => input,
  };
  const budget = { count: 8 }; // of 10, more than the 4 units that have a rule without

  it("are followed at once", async () => {
    const model = echoing();
    const options = { criterion: criteria.l1(), budget };
    await expect(pruneOnce(model, { ...options, data })).rejects.toThrow(BudgetError);
    const { model: smaller, plan } = await pruneOnce(model, { ...options, data, rules });
    expect(Object.values(plan.remove).flat()).toHaveLength(8);
    for (const each of [model, smaller]) disposeModel(each);
  });

  it("are followed step by step", async () => {
    const model = echoing();
    const events = await collect(prune(model, { criterion: criteria.l1(), data, budget, schedule, rules }));
    expect(last(events).left.units).toBe(2);
    const removal = events.find((event) => event.type === "removal");
    const resume = { state: removal?.state as PruneState, model };
    const without = prune(model, { criterion: criteria.l1(), data, budget: { count: 1 }, resume });
    await expect(collect(without)).rejects.toThrow(/resume with the model and the rules/);
    for (const each of [model, last(events).model]) disposeModel(each);
  });
});

describe("a batch that cannot be scored is disposed", () => {
  it.each(["train", "eval"] as const)("in mode %s", async (mode) => {
    const model = network();
    const before = tf.memory().numTensors;
    const wrong = function* (): Generator<Batch> {
      yield { xs: tf.zeros([2, 6, 6, 2]), ys: tf.tensor1d([0, 7], "int32") };
    };
    const run = prune(model, { criterion: criteria.taylorGate(), data: wrong, budget: { count: 2 }, mode });
    await expect(collect(run)).rejects.toThrow("one label is 7");
    expect(tf.memory().numTensors).toBe(before);
    disposeModel(model);
  });
});

it("the seed determines what a criterion samples", async () => {
  const model = network();
  const removed = async (seed: number): Promise<string> => {
    const options = { criterion: criteria.obdHutchinson(), data, budget: { count: 6 }, schedule, seed };
    const done = last(await collect(prune(model, options)));
    disposeModel(done.model);
    return JSON.stringify(done.plan.remove);
  };
  const plans = [await removed(0), await removed(0), await removed(1), await removed(2), await removed(3)];
  expect(plans[1]).toBe(plans[0]);
  expect(new Set(plans).size).toBeGreaterThan(1);
  disposeModel(model);
});

describe("pruneOnce", () => {
  it("needs no data where the criterion reads weights alone", async () => {
    const model = network();
    const options = { budget: { count: 3 } };
    const { plan, model: smaller } = await pruneOnce(model, { ...options, criterion: criteria.l2() });
    expect(Object.values(plan.remove).flat()).toHaveLength(3);
    await expect(pruneOnce(model, { ...options, criterion: criteria.taylorGate() })).rejects.toThrow(
      'batches is empty: criterion "taylor-gate" needs at least one minibatch',
    );
    for (const each of [model, smaller]) disposeModel(each);
  });

  it("scores unlabelled minibatches on the network's own predictions; the loop needs labels", async () => {
    const model = network();
    function* unlabelled(): Generator<UnlabelledBatch> {
      for (const { xs, ys } of data(0)) {
        tf.dispose(ys);
        yield { xs };
      }
    }
    function* predicted(): Generator<Batch> {
      for (const { xs } of unlabelled())
        yield { xs, ys: tf.tidy(() => tf.argMax(model.predict(xs) as tf.Tensor, 1)) };
    }
    const options = { criterion: criteria.taylorGate(), budget: { count: 5 } };
    const own = await pruneOnce(model, { ...options, data: unlabelled, targets: "own" });
    const byHand = await pruneOnce(model, { ...options, data: predicted });
    expect(own.plan).toEqual(byHand.plan);
    await expect(pruneOnce(model, { ...options, data: unlabelled })).rejects.toThrow("no labels");
    await expect(prune(model, { ...options, data, targets: "own" }).next()).rejects.toThrow(
      'the loop trains on labels: targets "own" is an option of pruneOnce',
    );
    const misspelt = { ...options, data, targets: "mine" } as unknown as PruneOptions;
    await expect(pruneOnce(model, misspelt)).rejects.toThrow('targets must be "labels" or "own", not "mine"');
    for (const each of [model, own.model, byHand.model]) disposeModel(each);
  });

  it.each([
    [
      undefined,
      "expected a tf.LayersModel, from tf.loadLayersModel, tf.model or tf.sequential, not undefined",
    ],
    [{ outputs: [] }, "not an object of class Object"],
  ])("refuses %j as a model", async (model, message) => {
    const options = { criterion: criteria.l1(), budget: { count: 1 } };
    await expect(pruneOnce(model as never, options)).rejects.toThrow(message);
    await expect(prune(model as never, { ...options, data }).next()).rejects.toThrow(message);
  });

  it("refuses a budget before it reads any data", async () => {
    const model = network();
    let reads = 0;
    function* counted(): Generator<Batch> {
      reads++;
      yield* data(0);
    }
    const options = { criterion: criteria.l2(), data: counted(), budget: { macs: 0.999 } };
    await expect(pruneOnce(model, options)).rejects.toThrow(BudgetError);
    expect(reads).toBe(0);
    disposeModel(model);
  });

  it("refuses minibatches that an earlier call has disposed", async () => {
    const model = network();
    const options = { criterion: criteria.taylorGate(), data: [...data(0)], budget: { count: 1 } };
    disposeModel((await pruneOnce(model, options)).model);
    await expect(pruneOnce(model, options)).rejects.toThrow("the batch (xs) is disposed");
    disposeModel(model);
  });

  it("says why nothing can be removed", async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ name: "d", units: 4, inputShape: [3] }),
        tfl.layers.layerNormalization({ name: "ln" }),
        tfl.layers.dense({ name: "out", units: 2, activation: "softmax" }),
      ],
    });
    for (const budget of [{ count: 2 }, { units: 0.5 }, { macs: 0.5 }])
      await expect(pruneOnce(model, { criterion: criteria.l2(), budget })).rejects.toThrow(
        /nothing can be removed from model .* pinned are .*"ln" \(it normalises across the channels\).* needs a rule: pass `rules`/,
      );
    disposeModel(model);
  });

  it("scores, removes and verifies at once", async () => {
    const model = network();
    const {
      model: smaller,
      plan,
      original,
      left,
      proof,
    } = await pruneOnce(model, {
      criterion: criteria.taylorGate(),
      data: data(0),
      budget: { units: 0.5 },
      selection: { roundTo: 2 },
    });
    expect(Object.values(plan.remove).flat()).toHaveLength(8);
    expect(original).toEqual({
      units: 14,
      macs: countMacs(model).total,
      parameters: countParameters(model).total,
      bytes: byteSize(model),
    });
    expect(left).toEqual({
      units: 6,
      macs: countMacs(smaller).total,
      parameters: countParameters(smaller).total,
      bytes: byteSize(smaller),
    });
    expect(proof?.relativeError).toBeLessThan(1e-4);
    disposeModel(model);
    disposeModel(smaller);
  });
});

/** LayerNormalization mixes channels, so that a rule which passes them on is wrong. */
it("nothing is left behind where a proof fails", async () => {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ name: "a", units: 8, inputShape: [4] }),
      tfl.layers.layerNormalization({ name: "ln" }),
      tfl.layers.dense({ name: "b", units: 2, activation: "softmax" }),
    ],
  });
  const wrong: LayerRule = ({ inputs: [input], bind }) => {
    for (const weight of ["gamma", "beta"] as const) bind(weight, 0, weight, input?.ids ?? new Int32Array());
    return input;
  };
  const rules: LayerRules = { ...layerRules, LayerNormalization: wrong };
  const vectors = (): Batch[] => [
    { xs: tf.randomNormal([4, 4], 0, 1, "float32", 1), ys: tf.tensor1d([0, 1, 0, 1], "int32") },
  ];
  const options = { criterion: criteria.l1(), budget: { count: 3 }, rules };
  const before = tf.memory().numTensors;
  await expect(pruneOnce(model, { ...options, data: vectors() })).rejects.toThrow(RemovalMismatchError);
  expect(tf.memory().numTensors).toBe(before);
  const loop = prune(model, { ...options, data: vectors, schedule: { frequency: 1, unitsPerRemoval: 3 } });
  await expect(collect(loop)).rejects.toThrow(RemovalMismatchError);
  expect(tf.memory().numTensors).toBe(before);
  disposeModel(model);
});

it("layers named like properties of every object are scored, removed and trained", async () => {
  const x = tfl.input({ shape: [6, 6, 2], name: "valueOf" });
  const c = tfl.layers.conv2d({ name: "constructor", filters: 4, kernelSize: 3 }).apply(x);
  const bn = tfl.layers.batchNormalization({ name: "hasOwnProperty" }).apply(c);
  const gap = tfl.layers.globalAveragePooling2d({ name: "toString" }).apply(bn);
  const out = tfl.layers.dense({ name: "isPrototypeOf", units: 2, activation: "softmax" }).apply(gap);
  const model = tfl.model({ inputs: x, outputs: out as tfl.SymbolicTensor });
  const options = { criterion: criteria.taylorGate(), data, budget: { count: 2 } };
  const once = await pruneOnce(model, options);
  const optimizer = make();
  const loop = last(await collect(prune(model, { ...options, schedule, optimizer })));
  for (const { plan } of [once, loop])
    expect(Object.entries(plan.remove)).toEqual([["constructor", [expect.any(Number), expect.any(Number)]]]);
  optimizer.dispose();
  for (const each of [model, once.model, loop.model]) disposeModel(each);
});
