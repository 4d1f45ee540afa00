/** A loop over a network with dropout: the same results twice, and from a checkpoint. */
import { criteria } from "@secateur/criteria";
import { fingerprint } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { applyPlan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";
import { type PruneEvent, prune } from "../src/index.ts";
import { collect, data, last, make, network, values } from "./small-loop.ts";

function withDropout(): tfl.LayersModel {
  const { inputs, layers } = network();
  const pooled = layers.at(-2)?.output as tfl.SymbolicTensor;
  const dropped = tfl.layers.dropout({ rate: 0.5, name: "dropout" }).apply(pooled);
  const out = layers.at(-1)?.apply(dropped) as tfl.SymbolicTensor;
  return tfl.model({ inputs, outputs: out });
}

const schedule = { frequency: 3, unitsPerRemoval: 2, fineTuneEpochs: 1 };
const options = { criterion: criteria.taylorGate(), data, budget: { count: 4 }, schedule };

it("continues to the results of an undisturbed run, which are the same twice", async () => {
  const model = withDropout();
  const whole = async (): Promise<readonly (readonly number[])[]> => {
    const optimizer = make();
    const done = last(await collect(prune(model, { ...options, optimizer })));
    const result = values(done.model);
    disposeModel(done.model);
    optimizer.dispose();
    return result;
  };
  const first = await whole();
  expect(await whole()).toEqual(first);
  const [before, after] = [make(), make()];
  let stopped: Extract<PruneEvent, { type: "removal" }> | null = null;
  let halfway: tfl.LayersModel | null = null;
  for await (const event of prune(model, { ...options, optimizer: before })) {
    if (event.type !== "removal") continue;
    stopped = event;
    halfway = applyPlan(event.model, {
      formatVersion: 1,
      fingerprint: fingerprint(event.model),
      remove: {},
    });
    const state = { ...before.state() };
    await after.restore(state);
    tf.dispose(state);
    break;
  }
  if (stopped === null || halfway === null) throw new Error("no removal");
  const resume = { state: stopped.state, model: halfway };
  const resumed = last(await collect(prune(model, { ...options, optimizer: after, resume })));
  expect(values(resumed.model)).toEqual(first);
  for (const each of [model, halfway, resumed.model]) disposeModel(each);
  for (const each of [before, after]) each.dispose();
});
