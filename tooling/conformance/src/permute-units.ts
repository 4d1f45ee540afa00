/** The same network with the units of every group in another order: all slices of a group are permuted alike. */
import type { DependencyGraph, Group } from "@secateur/dependency-graph";
import { modelGraph, rebuildModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/** Unit `u` of the result is unit `permutation(group)[u]` of the graph's model. The caller disposes the result. */
export function permuteUnits(
  graph: DependencyGraph,
  permutation: (group: Group) => readonly number[],
): tfl.LayersModel {
  const { weights } = modelGraph(graph.model);
  const orders = new Map<string, Map<number, Int32Array>>();
  for (const group of graph.groups) {
    const units = permutation(group);
    for (const { weight, axis, indices, indicesPerUnit } of group.slices) {
      const axes = orders.get(weight) ?? new Map<number, Int32Array>();
      orders.set(weight, axes);
      const size = weights.get(weight)?.shape[axis] ?? 0;
      const order = axes.get(axis) ?? Int32Array.from({ length: size }, (_, i) => i);
      axes.set(axis, order);
      for (const [i, index] of indices.entries()) {
        const from = Number(units[Math.floor(i / indicesPerUnit)]) * indicesPerUnit + (i % indicesPerUnit);
        order[index] = Number(indices[from]);
      }
    }
  }
  return rebuildModel(graph.model, graph.model.getConfig(), (weight, path) =>
    tf.tidy(() => {
      let permuted = tf.clone(weight);
      // In memory of its own: tfjs's wasm kernels read the shape of a bias from its memory, and gather shares reshaped memory.
      for (const [axis, order] of orders.get(path) ?? [])
        permuted = tf.add(tf.gather(permuted, tf.tensor1d(order, "int32"), axis), 0);
      return permuted;
    }),
  );
}
