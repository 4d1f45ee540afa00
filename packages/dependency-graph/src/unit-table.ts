/**
 * Finds the units among the classes of tied channels, and the group of each unit. Classes bound to the same axes of the same
 * weights, equally often, belong to one group. All classes descend one trie of bindings; those that end at the same node have
 * the same coupling.
 */
import type { ChannelTrace } from "./trace-channels.ts";

export interface UnitTable {
  /** The number of units in each group. */
  readonly unitCounts: readonly number[];
  /** By class: the index of its group, or -1. */
  readonly groupOf: Int32Array;
  /** By class: its unit number within the group, in order of first appearance. */
  readonly unitOf: Int32Array;
}

/**
 * Units are the classes that a kernel produces and that are not pinned.
 *
 * @param roots - For each binding, the class at every index of its axis.
 */
export function findUnits(
  { channels, bindings, pinnedRoots }: ChannelTrace,
  roots: readonly Int32Array[],
): UnitTable {
  const coupling = couplings(roots, channels.size());
  const groupOf = new Int32Array(coupling.length).fill(-1);
  const unitOf = new Int32Array(coupling.length);
  const groupByCoupling = new Map<number, number>();
  const unitCounts: number[] = [];
  for (const [binding, { role }] of bindings.entries()) {
    if (role !== "kernel") continue;
    for (const root of roots[binding] ?? []) {
      if (groupOf[root] !== -1 || pinnedRoots.has(root)) continue;
      const key = Number(coupling[root]);
      const group = groupByCoupling.get(key) ?? unitCounts.push(0) - 1;
      groupByCoupling.set(key, group);
      groupOf[root] = group;
      const unit = unitCounts[group] as number;
      unitOf[root] = unit;
      unitCounts[group] = unit + 1;
    }
  }
  return { unitCounts, groupOf, unitOf };
}

/** By class: the trie node at which its bindings end. Classes with equal nodes have equal coupling. */
function couplings(roots: readonly Int32Array[], channelCount: number): Int32Array {
  const nodes = new Int32Array(channelCount);
  const trie = new Map<number, number>();
  for (const [binding, ids] of roots.entries()) {
    // Neighbouring channels mostly come from the same node, so the last edge is cached.
    let [from, to] = [-1, -1];
    for (const root of ids) {
      const node = nodes[root] as number;
      if (node !== from) [from, to] = [node, child(trie, node, binding, roots.length)];
      nodes[root] = to;
    }
  }
  return nodes;
}

function child(trie: Map<number, number>, from: number, binding: number, width: number): number {
  const key = from * width + binding;
  const existing = trie.get(key);
  if (existing !== undefined) return existing;
  trie.set(key, trie.size + 1);
  return trie.size;
}
