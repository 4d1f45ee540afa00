/** A layer class of a user's own and its rule, in one place: the graph follows it, and its removal is proved. */
import { saveAndLoad } from "@repo/testing/save-and-load";
import { buildDependencyGraph, describeGraph, type LayerRule, layerRules } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { applyPlan, createPlan, parsePlan, RemovalMismatchError, verifyPlan } from "../src/index.ts";

/**
 * Maxout over two halves of the channels (Goodfellow et al. 2013, arXiv 1302.4389), with a learned scale:
 * `y_c = scale_c · max(x_c, x_{c + units})`.
 */
class Maxout extends tfl.layers.Layer {
  static className = "Maxout";
  readonly #units: number;

  constructor(config: { readonly units: number; readonly name?: string }) {
    super(config as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.#units = config.units;
  }

  override build(): void {
    this.addWeight("scale", [this.#units], "float32", tfl.initializers.randomUniform({ seed: 9 }));
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape): tfl.Shape {
    return [...inputShape.slice(0, -1), this.#units];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = [inputs].flat()[0] as tf.Tensor;
      const [first, second] = tf.split(x, 2, x.rank - 1) as [tf.Tensor, tf.Tensor];
      const scale = this.weights[0]?.read() as tf.Tensor;
      return tf.mul(tf.maximum(first, second), scale);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), units: this.#units };
  }
}
tf.serialization.registerClass(Maxout as unknown as tf.serialization.SerializableConstructor<Maxout>);

/** Channel c and channel c + units can only go together; the scale belongs to them. */
const maxout: LayerRule = ({ inputs: [input], outputShape, tie, bind, counts, unsupported }) => {
  if (input === undefined) return undefined;
  if (input.varies.lastIndexOf(true) !== input.varies.indexOf(true)) return unsupported("more than one axis");
  const units = input.ids.length / 2;
  const first = input.ids.subarray(0, units);
  tie(first, input.ids.subarray(units));
  bind("scale", 0, "alpha", first);
  counts(["units"], first);
  return { ...input, shape: outputShape, ids: first };
};
const rules = { ...layerRules, Maxout: maxout };

let model: tfl.LayersModel;

beforeEach(() => {
  const seeded = (seed: number) => tfl.initializers.heNormal({ seed });
  model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        name: "conv",
        filters: 8,
        kernelSize: 3,
        inputShape: [6, 6, 2],
        kernelInitializer: seeded(1),
      }),
      new Maxout({ name: "maxout", units: 4 }),
      tfl.layers.flatten({ name: "flat" }),
      tfl.layers.dense({ name: "head", units: 3, kernelInitializer: seeded(2) }),
    ],
  });
});

afterEach(() => disposeModel(model));

it("without a rule the class pins its channels, with the reason", () => {
  const graph = buildDependencyGraph(model);
  expect(graph.groups).toEqual([]);
  expect(describeGraph(graph)).toContain("maxout (Maxout): 8 channels, no rule for layer class Maxout");
});

it("the rule's pairs of filters are units, and their removal is proved", async () => {
  const graph = buildDependencyGraph(model, { rules });
  expect(graph.groups.map(({ id, unitCount }) => [id, unitCount])).toEqual([["conv", 4]]);
  const plan = createPlan(graph, [["conv", [1, 2]]]);
  expect((await verifyPlan(model, plan, { rules })).relativeError).toBeLessThan(1e-5);
  const smaller = applyPlan(model, plan, { rules });
  expect(smaller.weights.map(({ shape }) => shape)).toEqual([[3, 3, 2, 4], [4], [2], [32, 3], [3]]);
  expect(smaller.getLayer("maxout").getConfig()["units"]).toBe(2);
  disposeModel(smaller);
});

it("a plan that was saved removes the same units from a model that was saved", async () => {
  const plan = createPlan(buildDependencyGraph(model, { rules }), [["conv", [0, 3]]]);
  const loaded = await saveAndLoad(model);
  const loadedPlan = parsePlan(JSON.stringify(plan));
  await verifyPlan(loaded, loadedPlan, { rules });
  const [expected, actual] = [applyPlan(model, plan, { rules }), applyPlan(loaded, loadedPlan, { rules })];
  const again = await saveAndLoad(actual);
  const outputs = [expected, actual, again].map((each) =>
    tf.tidy(() => (each.predict(tf.ones([2, 6, 6, 2])) as tf.Tensor).dataSync()),
  );
  expect(outputs[1]).toEqual(outputs[0]);
  expect(outputs[2]).toEqual(outputs[0]);
  for (const each of [loaded, expected, actual, again]) disposeModel(each);
});

it("a rule that forgets to tie the halves is found by the proof", async () => {
  const untied: LayerRule = (context) => maxout({ ...context, tie: () => undefined });
  const wrong = { ...rules, Maxout: untied };
  const graph = buildDependencyGraph(model, { rules: wrong });
  const plan = createPlan(
    graph,
    graph.groups.map(({ id }, i) => [id, [i]]), // filters 0 and 5, of different pairs
  );
  await expect(verifyPlan(model, plan, { rules: wrong })).rejects.toThrow(RemovalMismatchError);
});

it("a plan names the rules that it was made with, and is refused by name without them", () => {
  const graph = buildDependencyGraph(model, { rules });
  const [group] = graph.groups;
  const plan = createPlan(graph, [[group?.id ?? "", [0]]]);
  expect(plan.rules).toEqual(["Maxout"]);
  const again = parsePlan(JSON.stringify(plan));
  expect(again).toEqual(plan);
  expect(() => applyPlan(model, again)).toThrow(
    "the plan was made with rules for Maxout, which the graph lacks: pass { rules: { ...layerRules, Maxout: rule } }",
  );
  applyPlan(model, again, { rules }).dispose();
  const { rules: _, ...old } = plan;
  applyPlan(model, parsePlan(JSON.stringify(old)), { rules }).dispose();
  const json = JSON.stringify({ ...plan, rules: "Maxout" });
  expect(() => parsePlan(json)).toThrow('"rules" of a plan must be a list of names');
  expect(createPlan(buildDependencyGraph(model), []).rules).toBeUndefined();
});
