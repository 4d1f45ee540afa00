/** Layers named like the properties that every JavaScript object has. */
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { cloneModel, disposeModel, modelGraph } from "@secateur/model-graph";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";
import { applyPlan, createPlan, parsePlan, verifyPlan } from "../src/index.ts";

type Symbolic = tfl.SymbolicTensor;

/** Functional models, which tfjs itself builds from a configuration by way of plain objects. */
function functional(name: string, isNested: boolean): tfl.LayersModel {
  const dense = (units: number, own: string): tfl.layers.Layer => tfl.layers.dense({ units, name: own });
  const x = tfl.input({ shape: [3], name: isNested ? "x" : "valueOf" });
  if (!isNested)
    return tfl.model({
      inputs: x,
      outputs: dense(2, "isPrototypeOf").apply(dense(4, name).apply(x)) as Symbolic,
    });
  const inner = tfl.input({ shape: [3], name: "inner" });
  const nested = tfl.model({ inputs: inner, outputs: dense(4, name).apply(inner) as Symbolic, name });
  return tfl.model({ inputs: x, outputs: dense(2, "out").apply(nested.apply(x)) as Symbolic });
}

it.each(
  ["constructor", "toString", "hasOwnProperty"].flatMap(
    (name) =>
      [
        [name, false],
        [name, true],
      ] as const,
  ),
)("a layer named %s (nested: %j) can be removed from, cloned and traced", async (name, isNested) => {
  const model = functional(name, isNested);
  const graph = buildDependencyGraph(model);
  const id = isNested ? `${name}/${name}` : name;
  expect(graph.groups.map((group) => group.id)).toEqual([id]);
  const plan = parsePlan(JSON.stringify(createPlan(graph, [[id, [1, 2]]])));
  expect(Object.entries(plan.remove)).toEqual([[id, [1, 2]]]);
  const { relativeError } = await verifyPlan(model, plan);
  expect(relativeError).toBeLessThan(1e-5);
  const smaller = applyPlan(model, plan);
  const again = cloneModel(smaller);
  for (const each of [smaller, again]) {
    expect(modelGraph(each).calls.map(({ path }) => path)).toEqual(
      modelGraph(model).calls.map(({ path }) => path),
    );
    expect([...modelGraph(each).weights.keys()]).toEqual([...modelGraph(model).weights.keys()]);
    expect(each.weights.map(({ originalName }) => originalName)).toEqual(
      model.weights.map(({ originalName }) => originalName),
    );
    expect(modelGraph(each).weights.get(`${id}/kernel`)?.shape).toEqual([3, 2]);
  }
  for (const each of [model, smaller, again]) disposeModel(each);
});

it("a plan keeps units of a group named __proto__ through JSON", () => {
  const text = '{"formatVersion":1,"fingerprint":"x","remove":{"__proto__":[1],"constructor":[0]}}';
  const plan = parsePlan(text);
  expect(Object.entries(plan.remove)).toEqual([
    ["__proto__", [1]],
    ["constructor", [0]],
  ]);
  expect(JSON.stringify(plan)).toBe(text);
});
