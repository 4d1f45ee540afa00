/**
 * Finds the units among the classes of tied channels, and their groups with slices and names. Classes bound to the same axes of
 * the same weights, equally often, belong to one group. All classes descend one trie of bindings; those that end at the same
 * node have the same coupling.
 */
import type { ChannelTable } from "./channel-table.ts";
import type { ConfigCount, Group, Slice } from "./group.ts";

export function collectGroups(table: ChannelTable): readonly Group[] {
  const { bindings, counts } = table;
  const units = findUnits(table);
  const groups = units.unitCounts.map((unitCount): UnnamedGroup => ({ unitCount, slices: [], counts: [] }));
  for (const [i, { ids: _, ...binding }] of bindings.entries()) {
    const indicesOfGroup = indicesByGroup(units.roots[i] ?? new Int32Array(), units);
    visitDefined(groups, indicesOfGroup, (group, indices) => {
      group.slices.push({ ...binding, indices, indicesPerUnit: indices.length / group.unitCount });
    });
  }
  for (const count of counts) {
    visitDefined(groups, occurrences(table.roots(count), units), (group, perUnit) => {
      group.counts.push({ layer: count.layer, path: count.path, perUnit });
    });
  }
  return named(groups);
}

interface UnnamedGroup {
  readonly unitCount: number;
  readonly slices: Slice[];
  readonly counts: ConfigCount[];
}

/** Visits the groups whose entry of `valuesOfGroup` is defined. */
function visitDefined(
  groups: readonly UnnamedGroup[],
  valuesOfGroup: readonly (Int32Array | undefined)[],
  visit: (group: UnnamedGroup, values: Int32Array) => void,
): void {
  for (const [i, group] of groups.entries()) {
    const values = valuesOfGroup[i];
    if (values !== undefined) visit(group, values);
  }
}

/** For each group, how many entries of `roots` belong to each of its units; undefined if none do. */
function occurrences(
  roots: Int32Array,
  { unitCounts, groupOf, unitOf }: UnitTable,
): (Int32Array | undefined)[] {
  const countsOfGroup = new Array<Int32Array | undefined>(unitCounts.length);
  for (let i = 0; i < roots.length; i++) {
    const root = roots[i] as number;
    const group = groupOf[root] as number;
    if (group < 0) continue;
    const countOfUnit = countsOfGroup[group] ?? new Int32Array(unitCounts[group] as number);
    countsOfGroup[group] = countOfUnit;
    const unit = unitOf[root] as number;
    countOfUnit[unit] = (countOfUnit[unit] as number) + 1;
  }
  return countsOfGroup;
}

/**
 * For each group, the positions in `roots` of its units, sorted by unit. `findUnits` guarantees that every unit has the same
 * number of positions, so the count of the first unit holds for all.
 */
function indicesByGroup(roots: Int32Array, table: UnitTable): readonly (Int32Array | undefined)[] {
  const { unitCounts, groupOf, unitOf } = table;
  const countsOfGroup = occurrences(roots, table);
  const nextOfGroup = countsOfGroup.map((countOfUnit) => countOfUnit?.map((count, unit) => count * unit));
  const indicesOfGroup = countsOfGroup.map(
    (countOfUnit, group) =>
      countOfUnit && new Int32Array((unitCounts[group] as number) * Number(countOfUnit[0])),
  );
  for (let index = 0; index < roots.length; index++) {
    const root = roots[index] as number;
    const group = groupOf[root] as number;
    const indices = indicesOfGroup[group];
    if (indices === undefined) continue;
    const nextOfUnit = nextOfGroup[group] as Int32Array;
    const unit = unitOf[root] as number;
    const to = nextOfUnit[unit] as number;
    indices[to] = index;
    nextOfUnit[unit] = to + 1;
  }
  return indicesOfGroup;
}

/** A group has the name of its first producer, or of all its producers if two groups would share a name; see `Group.id`. */
function named(groups: readonly UnnamedGroup[]): readonly Group[] {
  const producers = groups.map(({ slices }) => [
    ...new Set(slices.filter(({ role }) => role === "kernel").map(({ layer }) => layer)),
  ]);
  const firsts = producers.map(([first = ""]) => first);
  const baseNames = producers.map((names, i) =>
    firsts.filter((first) => first === firsts[i]).length === 1 ? (names[0] ?? "") : names.join("+"),
  );
  const seen = new Map<string, number>();
  return groups.map(({ unitCount, slices, counts }, i) => {
    const base = baseNames[i] ?? "";
    const nth = (seen.get(base) ?? 0) + 1;
    seen.set(base, nth);
    return { id: nth === 1 ? base : `${base}#${nth}`, unitCount, slices, counts };
  });
}

export interface UnitTable {
  /** The number of units in each group. */
  readonly unitCounts: readonly number[];
  /** By class: the index of its group, or -1. */
  readonly groupOf: Int32Array;
  /** By class: its unit number within the group, in order of first appearance. */
  readonly unitOf: Int32Array;
  /** By binding: the class at every index of its axis. */
  readonly roots: readonly Int32Array[];
}

/** Units are the classes that a kernel produces and that are not pinned. */
export function findUnits(table: ChannelTable): UnitTable {
  const { bindings, channelCount } = table;
  const roots = bindings.map((binding) => table.roots(binding));
  const pinned = table.pinnedRoots();
  const coupling = couplings(roots, channelCount);
  const groupOf = new Int32Array(coupling.length).fill(-1);
  const unitOf = new Int32Array(coupling.length);
  const groupByCoupling = new Map<number, number>();
  const unitCounts: number[] = [];
  for (const [binding, { role }] of bindings.entries()) {
    if (role !== "kernel") continue;
    for (const root of roots[binding] ?? []) {
      if (groupOf[root] !== -1 || pinned.has(root)) continue;
      const key = Number(coupling[root]);
      const group = groupByCoupling.get(key) ?? unitCounts.push(0) - 1;
      groupByCoupling.set(key, group);
      groupOf[root] = group;
      const unit = unitCounts[group] as number;
      unitOf[root] = unit;
      unitCounts[group] = unit + 1;
    }
  }
  return { unitCounts, groupOf, unitOf, roots };
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
