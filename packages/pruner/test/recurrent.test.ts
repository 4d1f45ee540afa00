/**
 * Laws on random recurrent networks and random plans: the smaller model equals the silenced one, has the MACs and parameters
 * that were predicted, and an empty plan changes nothing. SECATEUR_RECURRENT_RUNS sets the number of networks.
 */

import { saveAndRunElsewhere } from "@repo/testing/load-elsewhere";
import { dice, randomUnits } from "@repo/testing/random-plan";
import { buildRecurrent, recurrentSpec } from "@repo/testing/random-recurrent";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { countMacs, countParameters } from "@secateur/metrics";
import { disposeModel } from "@secateur/model-graph";
import { applyPlan, createPlan, verifyPlan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { remainingOf } from "../src/remaining.ts";

const runs = Number(process.env["SECATEUR_RECURRENT_RUNS"] ?? 40);

/** On one random input. */
function outputsOf(model: tfl.LayersModel): Float32Array {
  return tf.tidy(() => {
    const shape = model.inputs[0]?.shape.slice(1) as number[];
    const x = tf.floor(tf.randomUniform([2, ...shape], 0, 6, "float32", 5)); // tokens, or numbers
    return Float32Array.from(
      (model.predict(tf.cast(x, model.inputs[0]?.dtype ?? "float32")) as tf.Tensor).dataSync(),
    );
  });
}

it(`removing equals silencing on ${runs} networks, with the predicted size`, {
  timeout: 1_200_000,
}, async () => {
  let removed = 0;
  const ratios = fc.integer({ min: 1, max: 9 }).map((n) => n / 10);
  const law = fc.asyncProperty(recurrentSpec, dice, ratios, async (spec, numbers, ratio) => {
    const model = buildRecurrent(spec);
    const graph = buildDependencyGraph(model);
    const units = randomUnits(graph, numbers, ratio);
    const plan = createPlan(graph, units);
    const smaller = applyPlan(model, plan, { graph });
    await verifyPlan(model, plan, { graph, smaller });
    const remaining = remainingOf(graph);
    for (const [id, { length }] of units)
      remaining.remove(graph.groups.find((group) => group.id === id) as never, length);
    const { parameters, macs } = remaining.amounts();
    const counted = countMacs(smaller);
    expect(counted.uncounted).toEqual([]);
    expect({ parameters, macs }).toEqual({ parameters: countParameters(smaller).total, macs: counted.total });
    const same = applyPlan(model, createPlan(graph, []));
    expect(outputsOf(same)).toEqual(outputsOf(model));
    if (Object.keys(plan.remove).length > 0) removed++;
    for (const each of [model, same, smaller]) disposeModel(each);
  });
  await fc.assert(law, { numRuns: runs });
  expect(removed).toBeGreaterThan(runs / 2);
});

it("a smaller model runs in a process without Secateur", async () => {
  const kinds = ["lstm", "bidirectional", "stacked", "states", "dense", "gru"] as const;
  const blocks = kinds.map((kind) => ({ kind, units: 4, flag: true, mergeMode: "concat" as const }));
  const model = buildRecurrent({ steps: 3, inputs: 2, blocks, head: "last", seed: 8 });
  const graph = buildDependencyGraph(model);
  const plan = createPlan(graph, randomUnits(graph, [0.2, 0.9, 0.6], 0.5));
  expect(Object.keys(plan.remove)).toHaveLength(graph.groups.length);
  const smaller = applyPlan(model, plan, { graph });
  const { saved, elsewhere } = await saveAndRunElsewhere(smaller);
  for (const [i, values] of saved.linear.entries()) expect(elsewhere.linear[i] ?? []).toBeAllClose(values);
  for (const each of [model, smaller]) disposeModel(each);
});
