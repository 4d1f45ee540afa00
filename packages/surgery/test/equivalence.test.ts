/** On random architectures and random plans, the smaller model equals the silenced one. */

import { architecture, buildArchitecture } from "@repo/testing/random-architecture";
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyPlan, composePlans, createPlan, type Plan, verifyPlan } from "../src/index.ts";

/** Removes each unit whose number in `dice` is below `ratio`, but never all of a layer. */
function randomPlan(graph: DependencyGraph, dice: readonly number[], ratio: number): Plan {
  let next = 0;
  const left = new Map<string, number>();
  for (const { slices } of graph.groups) {
    for (const { weight, axis } of slices) {
      const size = graph.model.weights.find((each) => each.originalName === weight)?.shape[axis] ?? 0;
      left.set(`${weight}|${axis}`, size);
    }
  }
  const remove = graph.groups.map((group) => {
    const units: number[] = [];
    for (let unit = 0; unit < group.unitCount; unit++) {
      const wanted = (dice[next++ % dice.length] ?? 1) < ratio;
      const fits = group.slices.every((s) => (left.get(`${s.weight}|${s.axis}`) ?? 0) > s.indicesPerUnit);
      if (!wanted || !fits) continue;
      units.push(unit);
      for (const s of group.slices) {
        const key = `${s.weight}|${s.axis}`;
        left.set(key, (left.get(key) ?? 0) - s.indicesPerUnit);
      }
    }
    return [group.id, units] as const;
  });
  return createPlan(graph, remove);
}

const dice = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 29 });

function outputs(model: tfl.LayersModel, seed: number): Float32Array[] {
  return tf.tidy(() => {
    const [input] = model.inputs;
    const x = tf.randomNormal([2, ...((input?.shape ?? []).slice(1) as number[])], 0, 1, "float32", seed);
    return [model.predict(x)].flat().map((y) => y.dataSync<"float32">().slice());
  });
}

describe("removing equals silencing", () => {
  it("on 300 random architectures", { timeout: 120_000 }, async () => {
    let removed = 0;
    await fc.assert(
      fc.asyncProperty(
        architecture,
        dice,
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        async (spec, numbers, ratio) => {
          const model = buildArchitecture(spec);
          const before = outputs(model, spec.seed);
          const graph = buildDependencyGraph(model);
          const plan = randomPlan(graph, numbers, ratio);
          removed += Object.values(plan.remove).flat().length;
          await verifyPlan(model, plan, { graph, rtol: 1e-4 });
          expect(outputs(model, spec.seed)).toEqual(before); // the input model is untouched
          disposeModel(model);
        },
      ),
      { numRuns: 300, seed: 1 },
    );
    expect(removed).toBeGreaterThan(1500);
  });

  it("twice, and the composed plan gives the same model", async () => {
    await fc.assert(
      fc.asyncProperty(architecture, dice, dice, async (spec, first, second) => {
        const model = buildArchitecture(spec);
        const graph = buildDependencyGraph(model);
        const planA = randomPlan(graph, first, 0.4);
        const smaller = applyPlan(model, planA);
        const after = buildDependencyGraph(smaller);
        const planB = randomPlan(after, second, 0.4);
        const smallest = applyPlan(smaller, planB);
        const atOnce = applyPlan(model, composePlans(graph, planA, after, planB));
        expect(outputs(atOnce, spec.seed)).toEqual(outputs(smallest, spec.seed));
        for (const each of [model, smaller, smallest, atOnce]) disposeModel(each);
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  it("an empty plan changes no bit", async () => {
    await fc.assert(
      fc.asyncProperty(architecture, async (spec) => {
        const model = buildArchitecture(spec);
        const same = applyPlan(model, createPlan(buildDependencyGraph(model), []));
        expect(outputs(same, spec.seed)).toEqual(outputs(model, spec.seed));
        expect(same.toJSON(null, false)).toEqual(model.toJSON(null, false));
        disposeModel(model);
        disposeModel(same);
      }),
      { numRuns: 40, seed: 3 },
    );
  });
});
