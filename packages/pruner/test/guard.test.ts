/** The guard: a refused removal changes no bit of model, optimiser and plan; resuming gives the same result. */
import { criteria } from "@secateur/criteria";
import { cloneModel, disposeModel } from "@secateur/model-graph";
import { type Batch, type Optimizer, trainStep } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import {
  type Guard,
  type PruneEvent,
  type PruneLoopOptions,
  PrunerError,
  type PruneState,
  prune,
} from "../src/index.ts";
import { collect, data, last, make, network, schedule, values } from "./small-loop.ts";

const options: PruneLoopOptions = { criterion: criteria.taylorGate(), data, budget: { count: 8 }, schedule };

const units = (model: tfl.LayersModel): number =>
  ["c0", "c1"].reduce((sum, name) => sum + Number([model.getLayer(name).outputShape].flat().at(-1)), 0);

const breaches = (events: readonly PruneEvent[]) => events.filter((event) => event.type === "breach");
const removals = (events: readonly PruneEvent[]) => events.filter((event) => event.type === "removal");

function numbers(optimizer: Optimizer): Record<string, number[]> {
  const state = optimizer.state();
  const read = Object.entries(state).map(([key, tensor]) => [key, Array.from(tensor.dataSync())] as const);
  tf.dispose({ ...state });
  return Object.fromEntries(read);
}

describe("guard", () => {
  it("stops the pruning, and the result says why", async () => {
    const model = network();
    const guard: Guard = { metric: units, atLeast: 9 };
    const events = await collect(prune(model, { ...options, guard }));
    expect(removals(events).map(({ metric }) => metric)).toEqual([12, 10]);
    const breach = { value: 8, atLeast: 9, units: 2 };
    expect(breaches(events)).toEqual([{ type: "breach", ...breach, unitsPerRemoval: null }]);
    const { stoppedBy, left, plan, model: smaller } = last(events);
    expect(stoppedBy).toEqual(breach);
    expect(left.units).toBe(10);
    expect(units(smaller)).toBe(10);
    expect(Object.values(plan.remove).flat()).toHaveLength(4);
    for (const each of [model, smaller]) disposeModel(each);
  });

  it("leaves no batch of a list behind where it ends the pruning", async () => {
    const model = network();
    const guard: Guard = { metric: units, atLeast: 9 };
    const events = await collect(prune(model, { ...options, data: [...data(0), ...data(1)], guard }));
    for (const each of [model, last(events).model]) disposeModel(each);
  });

  it("refuses a removal whose metric is NaN", async () => {
    const model = network();
    const guard: Guard = { metric: () => Number.NaN, atLeast: 0 };
    const events = await collect(prune(model, { ...options, guard }));
    expect(removals(events)).toEqual([]);
    expect(breaches(events)).toEqual([
      { type: "breach", value: Number.NaN, atLeast: 0, units: 2, unitsPerRemoval: null },
    ]);
    expect(last(events).plan.remove).toEqual({});
    for (const each of [model, last(events).model]) disposeModel(each);
  });

  it("does nothing where the metric holds", async () => {
    const model = network();
    const guard: Guard = { metric: async (smaller) => units(smaller), atLeast: 6 };
    const guarded = last(await collect(prune(model, { ...options, guard })));
    const plain = last(await collect(prune(model, options)));
    expect(guarded.stoppedBy).toBeNull();
    expect(guarded.plan).toEqual(plain.plan);
    expect(values(guarded.model)).toEqual(values(plain.model));
    for (const each of [model, guarded.model, plain.model]) disposeModel(each);
  });

  it("changes no bit where it refuses a removal: the loop has only trained", async () => {
    const [model, trained] = [network(), network()];
    const [guarded, plain] = [make(), make()];
    const guard: Guard = { metric: () => Number.NaN, atLeast: 0 }; // NaN is never enough
    const weightsOnly = { ...options, criterion: criteria.l2(), optimizer: guarded, guard };
    const result = last(await collect(prune(model, weightsOnly)));
    const batches: Batch[] = [...data(0)];
    for (const [step, batch] of batches.entries())
      if (step < schedule.frequency) await trainStep(trained, plain, batch);
      else tf.dispose([batch.xs, batch.ys]);
    expect(values(result.model)).toEqual(values(trained));
    expect(numbers(guarded)).toEqual(numbers(plain));
    expect(Object.values(result.plan.remove).flat()).toEqual([]);
    expect(result.left).toEqual(result.original);
    for (const each of [guarded, plain]) each.dispose();
    for (const each of [model, trained, result.model]) disposeModel(each);
  });

  const slow: PruneLoopOptions = {
    ...options,
    schedule: { ...schedule, unitsPerRemoval: 4 },
    guard: { metric: units, atLeast: 11, onBreach: "slow" },
  };

  it("slows down until a single unit is too much", async () => {
    const model = network();
    const events = await collect(prune(model, slow));
    expect(breaches(events).map((event) => [event.units, event.unitsPerRemoval])).toEqual([
      [4, 2],
      [2, 1],
      [1, null],
    ]);
    expect(removals(events).map(({ removed }) => removed)).toEqual([2, 1]);
    expect(removals(events).map(({ state }) => state.slowedTo)).toEqual([2, 1]);
    expect(last(events).stoppedBy).toEqual({ value: 10, atLeast: 11, units: 1 });
    for (const each of [model, last(events).model]) disposeModel(each);
  });

  it("slows down below what a removal took, so that a small rest is not tried again and again", async () => {
    const model = network();
    const guard: Guard = { metric: units, atLeast: 14, onBreach: "slow" };
    const all = { ...options, budget: { count: 1 }, schedule: { ...schedule, unitsPerRemoval: 4 }, guard };
    const events = await collect(prune(model, all));
    expect(breaches(events).map((event) => [event.units, event.unitsPerRemoval])).toEqual([[1, null]]);
    for (const each of [model, last(events).model]) disposeModel(each);
  });

  it("goes on from a checkpoint after a breach to the very same result", async () => {
    const model = network();
    const whole = make();
    let checkpoint: { state: PruneState; model: tfl.LayersModel } | null = null;
    let tensors: Readonly<Record<string, tf.Tensor>> = {};
    const events: PruneEvent[] = [];
    for await (const event of prune(model, { ...slow, optimizer: whole })) {
      events.push(event);
      if (event.type !== "removal" || checkpoint !== null) continue;
      checkpoint = { state: JSON.parse(JSON.stringify(event.state)), model: cloneModel(event.model) };
      tensors = whole.state();
    }
    if (checkpoint === null) throw new Error("no removal");
    const second = make();
    await second.restore(tensors);
    const resumed = await collect(prune(model, { ...slow, optimizer: second, resume: checkpoint }));
    const [expected, actual] = [last(events), last(resumed)];
    expect(breaches(resumed)).toEqual(breaches(events).slice(1));
    expect(actual.plan).toEqual(expected.plan);
    expect(actual.stoppedBy).toEqual(expected.stoppedBy);
    expect(values(actual.model)).toEqual(values(expected.model));
    expect(numbers(second)).toEqual(numbers(whole));
    tf.dispose({ ...tensors });
    for (const each of [whole, second]) each.dispose();
    for (const each of [model, checkpoint.model, expected.model, actual.model]) disposeModel(each);
  });

  it("leaves nothing behind where the metric fails", async () => {
    const model = network();
    const before = tf.memory().numTensors;
    const failing: readonly [Guard["metric"], string][] = [
      [() => Promise.reject(new Error("no images")), "no images"],
      [() => undefined as unknown as number, "guard.metric returned undefined: it must return a number"],
    ];
    for (const [metric, message] of failing) {
      const run = prune(model, { ...options, guard: { metric, atLeast: 0 } });
      await expect(collect(run)).rejects.toThrow(message);
      expect(tf.memory().numTensors).toBe(before);
    }
    disposeModel(model);
  });

  it.each([
    [{ metric: 0.9, atLeast: 0 }, "guard.metric must be a function of the model that returns a number"],
    [{ metric: units }, "guard.atLeast must be a number, the smallest allowed value, not undefined"],
    [{ metric: units, atLeast: Number.NaN }, "guard.atLeast must be a number"],
    [{ metric: units, atLeast: 1, onBreach: "warn" }, 'guard.onBreach must be "stop" or "slow", not "warn"'],
    [{ metric: units, atleast: 1 }, 'guard has no field "atleast": expected metric, atLeast, onBreach'],
  ])("refuses %j before any training", async (guard, message) => {
    const model = network();
    const run = () => collect(prune(model, { ...options, guard: guard as unknown as Guard }));
    await expect(run()).rejects.toThrow(message);
    await expect(run()).rejects.toThrow(PrunerError);
    disposeModel(model);
  });
});
