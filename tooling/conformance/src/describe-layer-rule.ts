/**
 * Conformance kit for a layer rule: on a model with such a layer, the groups partition the channels, and after random plans
 * the smaller model equals the silenced one, has the shapes and configuration it should and the predicted MACs and
 * parameters, and is loaded by tfjs alone. Needs only vitest and a tfjs backend.
 */

import { randomizeWeights } from "@repo/testing/random-architecture";
import { dice, randomUnits } from "@repo/testing/random-plan";
import { saveAndLoad } from "@repo/testing/save-and-load";
import {
  buildDependencyGraph,
  type DependencyGraph,
  type LayerRules,
  layerRules,
} from "@secateur/dependency-graph";
import { countMacs, countParameters } from "@secateur/metrics";
import { disposeModel, layerConfigs, modelGraph } from "@secateur/model-graph";
import { remainingOf } from "@secateur/pruner";
import { applyPlan, createPlan, type Plan, unitsToRemove, verifyPlan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

export interface LayerRuleOptions {
  /** Default: `layerRules`. */
  readonly rules?: LayerRules;
  /** The rule pins the channels, with this reason. Default: it pins none. */
  readonly pins?: string;
  /** Plans to try. Default 20. */
  readonly plans?: number;
}

/**
 * Declares the tests of one layer class.
 *
 * @param makeModel - A model with a layer of the class, in which something can be removed. Its weights become random.
 *
 * @example describeLayerRule("Scale", makeModel, { rules: { ...layerRules, Scale: scaleRule } });
 */
export function describeLayerRule(
  className: string,
  makeModel: () => tfl.LayersModel,
  { rules = layerRules, pins, plans = 20 }: LayerRuleOptions = {},
): void {
  describe(`layer rule ${className}`, () => {
    let model: tfl.LayersModel;
    let graph: DependencyGraph;
    beforeEach(() => {
      model = makeModel();
      randomizeWeights(model, 5);
      graph = buildDependencyGraph(model, { rules });
    });
    afterEach(() => disposeModel(model));

    it(pins === undefined ? "lets channels go" : `pins channels: ${pins}`, () => {
      expect(modelGraph(model).calls.map((call) => call.className)).toContain(className);
      expect(graph.groups).not.toEqual([]);
      const pinned = graph.pinned.filter((each) => each.className === className);
      const reasons = new Set(pinned.map(({ reason }) => reason));
      reasons.delete("model output"); // of a last layer, whatever its rule
      expect([...reasons]).toEqual(pins === undefined ? [] : [pins]);
    });
    it("has groups that partition the channels", () => expectPartition(graph));
    it("removes what it silences", { timeout: 120_000 }, () => removal(graph, plans));
    it("leaves a model that tfjs alone saves and loads", () => roundTrip(graph));
  });
}

/** Every index of a weight's axis is in at most one unit, once, and units of a group have equally many. */
function expectPartition({ groups, model }: DependencyGraph): void {
  const { weights } = modelGraph(model);
  const taken = new Map<string, string>();
  for (const { id, unitCount, slices } of groups) {
    for (const { weight, axis, indices, indicesPerUnit } of slices) {
      expect(indices.length, `${id} in ${weight}`).toBe(unitCount * indicesPerUnit);
      for (const index of indices) {
        expect(index).toBeLessThan(weights.get(weight)?.shape[axis] ?? 0);
        const at = `${weight}[${axis}] ${index}`;
        expect(taken.get(at), at).toBeUndefined();
        taken.set(at, id);
      }
    }
  }
}

async function removal(graph: DependencyGraph, plans: number): Promise<void> {
  const { numTensors } = tf.memory();
  let removed = 0;
  const law = fc.asyncProperty(dice, async (numbers) => {
    const plan = createPlan(graph, randomUnits(graph, numbers, 0.5));
    const smaller = applyPlan(graph.model, plan, { graph });
    try {
      await verifyPlan(graph.model, plan, { graph, smaller });
      expectShrunk(graph, plan, smaller);
    } finally {
      disposeModel(smaller);
    }
    if (Object.keys(plan.remove).length > 0) removed++;
  });
  await fc.assert(law, { numRuns: plans });
  expect(removed).toBeGreaterThan(plans / 2);
  expect(tf.memory().numTensors).toBe(numTensors);
}

/** Weights and configured counts are smaller by what the plan removes; MACs and parameters are the predicted ones. */
function expectShrunk(graph: DependencyGraph, plan: Plan, smaller: tfl.LayersModel): void {
  expect(shapesOf(smaller)).toEqual(expectedShapes(graph, plan));
  const [before, after] = [graph.model, smaller].map((each) => layerConfigs(each.getConfig()));
  for (const { id, counts } of graph.groups) {
    for (const { layer, path } of counts) {
      const [old, now] = [before, after].map((configs) => numberAt(configs?.get(layer), path));
      const by = graph.groups
        .flatMap((group) => group.counts.map((count) => ({ ...count, units: unitsToRemove(plan, group.id) })))
        .filter((count) => count.layer === layer && count.path.join() === path.join())
        .reduce(
          (sum, { units, perUnit }) => sum + units.reduce((a, unit) => a + Number(perUnit[unit]), 0),
          0,
        );
      expect(now, `${path.join(".")} of ${layer}, for ${id}`).toBe(old === -1 ? -1 : Number(old) - by);
    }
  }
  const [macs, macsBefore] = [countMacs(smaller), countMacs(graph.model)];
  expect(macs.uncounted).toEqual([]);
  expect(macs.total < macsBefore.total).toBe(Object.keys(plan.remove).length > 0);
  const predicted = remainingOf(graph);
  for (const group of graph.groups) predicted.remove(group, unitsToRemove(plan, group.id).length);
  const counted = { macs: macs.total, parameters: countParameters(smaller).total };
  expect(predicted.amounts()).toMatchObject(counted);
}

type Shapes = Readonly<Record<string, readonly (number | null)[]>>;

const shapesOf = (model: tfl.LayersModel): Shapes =>
  Object.fromEntries([...modelGraph(model).weights].map(([path, { shape }]) => [path, [...shape]]));

function expectedShapes(graph: DependencyGraph, plan: Plan): Shapes {
  const shapes = structuredClone(shapesOf(graph.model)) as Record<string, number[]>;
  for (const { id, slices } of graph.groups) {
    for (const { weight, axis, indicesPerUnit } of slices) {
      const shape = shapes[weight];
      if (shape !== undefined)
        shape[axis] = Number(shape[axis]) - unitsToRemove(plan, id).length * indicesPerUnit;
    }
  }
  return shapes;
}

const numberAt = (config: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], config);

async function roundTrip(graph: DependencyGraph): Promise<void> {
  const units = graph.groups.filter(({ unitCount }) => unitCount > 1);
  const plan = createPlan(graph, randomUnits(graph, [0.2, 0.9], 0.5));
  expect(Object.keys(plan.remove).length, `of ${units.length} groups`).toBeGreaterThan(0);
  const smaller = applyPlan(graph.model, plan, { graph });
  const loaded = await saveAndLoad(smaller);
  const [expected, actual] = [smaller, loaded].map(outputs);
  expect(actual).toEqual(expected);
  for (const each of [smaller, loaded]) disposeModel(each);
}

function outputs(model: tfl.LayersModel): readonly Float32Array[] {
  return tf.tidy(() => {
    const inputs = model.inputs.map(({ shape }) =>
      tf.randomNormal([2, ...(shape.slice(1) as number[])], 0, 1, "float32", 9),
    );
    return [model.predict(inputs)].flat().map((y) => Float32Array.from(y.dataSync()));
  });
}
