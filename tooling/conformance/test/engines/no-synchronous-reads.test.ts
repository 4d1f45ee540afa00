/**
 * Nothing in scoring, removal, proofs, compensation, training and the oracle reads a tensor synchronously: on WebGPU that loses
 * the device, and every score becomes 0.
 */
import { formulaImages } from "@repo/testing/formula-weights";
import { useBackend } from "@secateur/backend";
import { criteria, criterionTable, scoreAll } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { lossChanges } from "@secateur/oracle";
import { type PruneEvent, prune, pruneOnce } from "@secateur/pruner";
import { verifyPlan } from "@secateur/surgery";
import { adam, type Batch, evaluate, fit, weightAverage } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { engineNetwork } from "../../src/engines/engine-networks.ts";

/** The cpu backend under a name that no package knows, as the memory of an engine that cannot be read at once. */
const name = "asynchronous";
const methods = ["dataSync", "arraySync", "bufferSync"] as const;
const stock = methods.map((method) => [method, tf.Tensor.prototype[method]] as const);

let tested: string;
beforeAll(async () => {
  tested = tf.getBackend();
  await useBackend("cpu");
  const { factory } = tf.engine().registryFactory["cpu"] ?? {};
  if (factory === undefined) throw new Error("tfjs has no cpu backend");
  tf.registerBackend(name, factory);
  tf.copyRegisteredKernels("cpu", name);
  await tf.setBackend(name);
  for (const method of methods) {
    Object.assign(tf.Tensor.prototype, {
      [method]: () => {
        throw new Error(`a tensor was read synchronously (${method})`);
      },
    });
  }
});

afterAll(async () => {
  for (const [method, original] of stock) Object.assign(tf.Tensor.prototype, { [method]: original });
  await tf.setBackend(tested);
  for (const { kernelName } of tf.getKernelsForBackend(name)) tf.unregisterKernel(kernelName, name);
  tf.removeBackend(name);
});

let model: tfl.LayersModel;
beforeEach(() => {
  model = engineNetwork("residual");
});
afterEach(() => disposeModel(model));

const batch = (): Batch => ({ xs: formulaImages(1), ys: tf.tensor1d([0, 1, 2, 3], "int32") });
const data = (): Batch[] => [batch()];

it("every criterion", async () => {
  const graph = buildDependencyGraph(model);
  const all = Object.values(criterionTable).map((make) => make(0));
  const scores = await scoreAll(model, graph, all, data(), { onWarning: () => undefined });
  expect(scores.size).toBe(all.length);
});

it("the loop, with proofs and compensation", async () => {
  const events: PruneEvent[] = [];
  const options = { criterion: criteria.taylorGate(), data, verify: "always", compensate: true } as const;
  const schedule = { frequency: 1, unitsPerRemoval: 2 };
  for await (const event of prune(model, { ...options, schedule, budget: { count: 4 } })) events.push(event);
  const last = events.at(-1);
  expect(events.filter(({ type }) => type === "removal")).toHaveLength(2);
  if (last?.type === "done") disposeModel(last.model);
});

it("one shot, and a proof", async () => {
  const options = { criterion: criteria.taylorMargin(), data, budget: { macs: 0.3 } };
  const { model: smaller, plan } = await pruneOnce(model, options);
  expect((await verifyPlan(model, plan)).relativeError).toBeLessThan(1e-5);
  disposeModel(smaller);
});

it("training, its restored state, and evaluation", async () => {
  const [optimizer, other] = [adam(), adam()];
  const average = weightAverage(model);
  for await (const event of fit(model, data, { epochs: 2, optimizer, average }))
    expect(event.loss).toBeGreaterThan(0);
  const [state, averaged] = [optimizer.state(), average.state()];
  await other.restore(state);
  await average.restore(averaged);
  expect((await evaluate(model, data())).loss).toBeGreaterThan(0);
  tf.dispose([state, averaged]);
  for (const each of [optimizer, other, average]) each.dispose();
});

it("the oracle", async () => {
  for await (const { changes } of lossChanges(buildDependencyGraph(model), data)) {
    expect(changes.length).toBeGreaterThan(0);
  }
});

it("a synchronous read fails here", () => {
  const x = tf.scalar(1);
  expect(() => x.dataSync()).toThrow("a tensor was read synchronously (dataSync)");
  x.dispose();
});
