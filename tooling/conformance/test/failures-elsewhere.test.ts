/**
 * Failures that users of other pruning libraries report: a convolution with one filter that is taken for a depthwise one, and
 * concatenations that repeat a tensor.
 */
import { randomizeWeights } from "@repo/testing/random-architecture";
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { applyPlan, createPlan, verifyPlan } from "@secateur/surgery";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";

type Tensor = tfl.SymbolicTensor;

const convolution = (name: string, filters: number, x: Tensor): Tensor =>
  tfl.layers.conv2d({ name, filters, kernelSize: 3, padding: "same", activation: "relu" }).apply(x) as Tensor;

/** From images `[6, 6, 3]` to three classes. */
async function onNetwork(
  body: (x: Tensor) => Tensor,
  test: (graph: DependencyGraph) => Promise<void>,
): Promise<void> {
  const input = tfl.input({ shape: [6, 6, 3] });
  const pooled = tfl.layers.globalAveragePooling2d({}).apply(body(input)) as Tensor;
  const outputs = tfl.layers.dense({ name: "head", units: 3 }).apply(pooled) as Tensor;
  const model = tfl.model({ inputs: input, outputs });
  randomizeWeights(model, 5);
  try {
    await test(buildDependencyGraph(model));
  } finally {
    disposeModel(model);
  }
}

/** Removes the units, proves it, and returns the shape of every kernel that is left. */
async function kernelsWithout(
  graph: DependencyGraph,
  units: Readonly<Record<string, readonly number[]>>,
): Promise<Readonly<Record<string, readonly (number | null)[]>>> {
  const plan = createPlan(graph, Object.entries(units));
  const smaller = applyPlan(graph.model, plan, { graph });
  await verifyPlan(graph.model, plan, { graph, smaller });
  const layers = smaller.layers.filter(({ weights }) => weights.length > 0);
  const kernels = Object.fromEntries(layers.map(({ name, weights }) => [name, weights[0]?.shape ?? []]));
  disposeModel(smaller);
  return kernels;
}

it("a convolution with one filter is no depthwise one: its input shrinks, its filter stays", async () => {
  const body = (x: Tensor): Tensor => convolution("c", 4, convolution("one", 1, convolution("a", 5, x)));
  await onNetwork(body, async (graph) => {
    expect(await kernelsWithout(graph, { a: [0, 3] })).toEqual({
      a: [3, 3, 3, 3],
      one: [3, 3, 3, 1],
      c: [3, 3, 1, 4],
      head: [4, 3],
    });
    await expect(kernelsWithout(graph, { one: [0] })).rejects.toThrow(
      'removes every index of axis 3 of "one/kernel"',
    );
  });
});

it("a depthwise convolution of one channel is one: its kernel follows the layer before it", async () => {
  const body = (x: Tensor): Tensor => {
    const config = { name: "depthwise", kernelSize: 3, depthMultiplier: 4 } as const;
    return tfl.layers.depthwiseConv2d(config).apply(convolution("a", 2, x)) as Tensor;
  };
  await onNetwork(body, async (graph) => {
    expect(await kernelsWithout(graph, { a: [1] })).toEqual({
      a: [3, 3, 3, 1],
      depthwise: [3, 3, 1, 4],
      head: [4, 3],
    });
  });
});

it("a concatenation of a, b and a again: each source keeps its own units, and a's go twice", async () => {
  const body = (x: Tensor): Tensor => {
    const [a, b] = [convolution("a", 3, x), convolution("b", 4, x)];
    return convolution("c", 2, tfl.layers.concatenate().apply([a, b, a]) as Tensor);
  };
  await onNetwork(body, async (graph) => {
    const rest = { c: [3, 3, 7, 2], head: [2, 3] };
    expect(await kernelsWithout(graph, { a: [1], b: [3] })).toEqual({
      a: [3, 3, 3, 2],
      b: [3, 3, 3, 3],
      ...rest,
    });
  });
});
