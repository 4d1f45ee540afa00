/**
 * On random networks of every ordinary layer class: the smaller model equals the silenced one, has the predicted parameters and
 * MACs, and an empty plan changes no bit. SECATEUR_RANDOM_NETWORKS is the number of networks, 5000 for a nightly run.
 */
import { anyLayers, buildLayers } from "@repo/testing/random-layers";
import { dice, randomUnits } from "@repo/testing/random-plan";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { countMacs, countParameters } from "@secateur/metrics";
import { disposeModel, modelGraph } from "@secateur/model-graph";
import { remainingOf } from "@secateur/pruner";
import { applyPlan, createPlan, unitsToRemove, verifyPlan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { expect, it } from "vitest";

const networks = Number(process.env["SECATEUR_RANDOM_NETWORKS"] ?? 300);

it(`${networks} random networks`, { timeout: 20_000 + networks * 400 }, async () => {
  let removed = 0;
  const classes = new Set<string>();
  const law = fc.asyncProperty(anyLayers, dice, async (spec, numbers) => {
    const model = buildLayers(spec);
    for (const { className } of modelGraph(model).calls) classes.add(className);
    const graph = buildDependencyGraph(model);
    const plan = createPlan(graph, randomUnits(graph, numbers, 0.5));
    removed += Object.values(plan.remove).flat().length;
    const smaller = applyPlan(model, plan, { graph });
    await verifyPlan(model, plan, { graph, smaller, seed: spec.seed });
    const predicted = remainingOf(graph);
    for (const group of graph.groups) predicted.remove(group, unitsToRemove(plan, group.id).length);
    const counted = { macs: countMacs(smaller).total, parameters: countParameters(smaller).total };
    expect(predicted.amounts()).toMatchObject(counted);
    const same = applyPlan(model, createPlan(graph, []), { graph });
    expect(outputs(same, spec.seed)).toEqual(outputs(model, spec.seed));
    for (const each of [model, smaller, same]) disposeModel(each);
  });
  await fc.assert(law, { numRuns: networks });
  expect(removed).toBeGreaterThan(networks);
  if (networks >= 50) expect(classes.size).toBeGreaterThan(30);
});

function outputs(model: tfl.LayersModel, seed: number): Float32Array {
  return tf.tidy(() => {
    const shape = model.inputs[0]?.shape.slice(1) as number[];
    const y = model.predict(tf.randomNormal([2, ...shape], 0, 1, "float32", seed)) as tf.Tensor;
    return Float32Array.from(y.dataSync());
  });
}
