/** A pruned network in PyTorch's names and layouts: the tensors of the original without the removed units' rows and columns. */
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { createModel, readSafetensors, saveWeights, type WeightTensor } from "@secateur/models";
import { applyPlan, createPlan } from "@secateur/surgery";
import { expect, it } from "vitest";

/** What is left of a tensor, [rows, columns, positions], in PyTorch's order. */
function keptOf({ shape, data }: WeightTensor, columns: number, removed: Removed): WeightTensor {
  const [rows = 1] = shape;
  const positions = data.length / rows / columns;
  const kept: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let at = 0; at < positions; at++)
        if (!removed.rows.includes(row) && !removed.columns.includes(column))
          kept.push(data[(row * columns + column) * positions + at] ?? Number.NaN);
  return { shape: [], data: Float32Array.from(kept) };
}

interface Removed {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

it("LeNet3: the first dense layer reads channels by rows by columns", () => {
  const model = createModel("lenet3", { inputShape: [20, 16, 3], seed: 1 });
  const original = readSafetensors(saveWeights(model, { naming: "pytorch" })).tensors;
  const graph = buildDependencyGraph(model);
  const removed = { conv1: [0, 7, 15], conv2: [1, 2, 30], fc1: [5, 119] };
  const groups = Object.entries(removed).map(([layer, units]) => {
    const group = graph.groups.find(({ slices }) => slices.some(({ weight }) => weight === `${layer}/bias`));
    return [group?.id ?? "", units] as const;
  });
  const smaller = applyPlan(model, createPlan(graph, groups), { graph });
  const exported = readSafetensors(saveWeights(smaller, { naming: "pytorch" })).tensors;
  const cases = [
    ["conv1.weight", 3, { rows: removed.conv1, columns: [] }, [13, 3, 5, 5]],
    ["conv2.weight", 16, { rows: removed.conv2, columns: removed.conv1 }, [29, 13, 5, 5]],
    ["fc1.weight", 32, { rows: removed.fc1, columns: removed.conv2 }, [118, 29 * 2 * 1]],
    ["fc2.weight", 120, { rows: [], columns: removed.fc1 }, [84, 118]],
  ] as const;
  for (const [name, columns, away, shape] of cases) {
    const tensor = original.get(name);
    if (tensor === undefined) throw new Error(`${name} is missing`);
    expect(exported.get(name)?.shape, name).toEqual(shape);
    expect(exported.get(name)?.data, name).toEqual(keptOf(tensor, columns, away).data);
  }
  for (const each of [model, smaller]) disposeModel(each);
});
