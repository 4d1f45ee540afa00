/** On random architectures and random plans, the smaller model equals the silenced one. */

import { checkProperty } from "@repo/testing/check-property";
import { architecture, buildArchitecture } from "@repo/testing/random-architecture";
import { dice, randomUnits } from "@repo/testing/random-plan";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyPlan, composePlans, createPlan, silence, verifyPlan } from "../src/index.ts";
import { withoutFinalActivation } from "../src/without-final-activation.ts";

function outputs(model: tfl.LayersModel, seed: number): Float32Array[] {
  return tf.tidy(() => {
    const [input] = model.inputs;
    const x = tf.randomNormal([2, ...((input?.shape ?? []).slice(1) as number[])], 0, 1, "float32", seed);
    return [model.predict(x)].flat().map((y) => y.dataSync<"float32">().slice());
  });
}

/** The largest difference, as a share of the largest value. */
function relativeDifference(actual: readonly Float32Array[], expected: readonly Float32Array[]): number {
  const shares = expected.map((values, i) => {
    const differences = values.map((value, j) => Math.abs(Number(actual[i]?.[j]) - value));
    return Math.max(...differences) / Math.max(...values.map(Math.abs), 1e-30);
  });
  return Math.max(...shares);
}

/** Outputs before a final softmax or sigmoid. */
function logits(model: tfl.LayersModel, seed: number): Float32Array[] {
  const copy = withoutFinalActivation(model);
  const values = outputs(copy, seed);
  disposeModel(copy);
  return values;
}

describe("removing equals silencing", () => {
  it("on 300 random architectures, before a final softmax or sigmoid", { timeout: 120_000 }, async () => {
    let [removed, changed] = [0, 0];
    const ratios = fc.double({ min: 0.1, max: 0.9, noNaN: true });
    const law = fc.asyncProperty(architecture, dice, ratios, async (spec, numbers, ratio) => {
      const model = buildArchitecture(spec);
      const before = outputs(model, spec.seed);
      const graph = buildDependencyGraph(model);
      const plan = createPlan(graph, randomUnits(graph, numbers, ratio));
      const units = Object.values(plan.remove).flat().length;
      removed += units;
      const smaller = applyPlan(model, plan, { graph });
      const silenced = silence(model, plan, { graph });
      const [original, expected, actual] = [model, silenced, smaller].map((each) => logits(each, spec.seed));
      expect(relativeDifference(actual ?? [], expected ?? [])).toBeLessThan(1e-4);
      if (relativeDifference(expected ?? [], original ?? []) > 1e-3) changed++;
      const { relativeError } = await verifyPlan(model, plan, { graph, smaller });
      expect(relativeError).toBeLessThan(1e-4);
      expect(smaller.countParams() < model.countParams()).toBe(units > 0);
      expect(outputs(model, spec.seed)).toEqual(before); // the input model is untouched
      for (const each of [model, smaller, silenced]) disposeModel(each);
    });
    await checkProperty("removal equals silencing", law, 300);
    expect(removed).toBeGreaterThan(700);
    expect(changed).toBeGreaterThan(150); // silence is not silence of nothing
  });

  it("twice, and the composed plan gives the same model", async () => {
    let removed = 0;
    const law = fc.asyncProperty(architecture, dice, dice, async (spec, first, second) => {
      const model = buildArchitecture(spec);
      const graph = buildDependencyGraph(model);
      const planA = createPlan(graph, randomUnits(graph, first, 0.4));
      const smaller = applyPlan(model, planA);
      const after = buildDependencyGraph(smaller);
      const planB = createPlan(after, randomUnits(after, second, 0.4));
      const smallest = applyPlan(smaller, planB);
      const atOnce = applyPlan(model, composePlans(graph, planA, after, planB));
      if (Object.keys(planA.remove).length > 0 && Object.keys(planB.remove).length > 0) removed++;
      expect(logits(atOnce, spec.seed)).toEqual(logits(smallest, spec.seed));
      for (const each of [model, smaller, smallest, atOnce]) disposeModel(each);
    });
    await checkProperty("composed plans", law, 60);
    expect(removed).toBeGreaterThan(20);
  });

  it("an empty plan changes no bit", async () => {
    const law = fc.asyncProperty(architecture, async (spec) => {
      const model = buildArchitecture(spec);
      const same = applyPlan(model, createPlan(buildDependencyGraph(model), []));
      expect(logits(same, spec.seed)).toEqual(logits(model, spec.seed));
      expect(same.toJSON(null, false)).toEqual(model.toJSON(null, false));
      disposeModel(model);
      disposeModel(same);
    });
    await fc.assert(law, { numRuns: 40 });
  });
});
