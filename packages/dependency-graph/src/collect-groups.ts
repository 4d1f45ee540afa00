/** Collects each group's slices and configured counts, and names the groups. */
import type { ConfigCount, Group, Slice } from "./group.ts";
import type { ChannelTrace } from "./trace-channels.ts";
import { findUnits, type UnitTable } from "./unit-table.ts";

export function collectGroups(trace: ChannelTrace): readonly Group[] {
  const { channels, bindings, counts } = trace;
  const rootsOf = ({ ids }: { readonly ids: Int32Array }): Int32Array => ids.map((id) => channels.find(id));
  const roots = bindings.map(rootsOf);
  const table = findUnits(trace, roots);
  const groups = table.unitCounts.map((unitCount): UnnamedGroup => ({ unitCount, slices: [], counts: [] }));
  for (const [i, { ids: _, ...binding }] of bindings.entries()) {
    const found = indicesByGroup(roots[i] ?? new Int32Array(), table);
    forEachFound(groups, found, (group, indices) => {
      group.slices.push({ ...binding, indices, indicesPerUnit: indices.length / group.unitCount });
    });
  }
  for (const count of counts) {
    forEachFound(groups, occurrences(rootsOf(count), table), (group, perUnit) => {
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

function forEachFound(
  groups: readonly UnnamedGroup[],
  found: readonly (Int32Array | undefined)[],
  visit: (group: UnnamedGroup, values: Int32Array) => void,
): void {
  for (const [i, group] of groups.entries()) {
    const values = found[i];
    if (values !== undefined) visit(group, values);
  }
}

/** By group: how often each of its units occurs among these classes; undefined for groups that do not occur. */
function occurrences(
  roots: Int32Array,
  { unitCounts, groupOf, unitOf }: UnitTable,
): (Int32Array | undefined)[] {
  const found = new Array<Int32Array | undefined>(unitCounts.length);
  for (let i = 0; i < roots.length; i++) {
    const root = roots[i] as number;
    const group = groupOf[root] as number;
    if (group < 0) continue;
    const perUnit = found[group] ?? new Int32Array(unitCounts[group] as number);
    found[group] = perUnit;
    const unit = unitOf[root] as number;
    perUnit[unit] = (perUnit[unit] as number) + 1;
  }
  return found;
}

/** By group: its indices on one weight axis, unit by unit. All units of a group occur equally often. */
function indicesByGroup(roots: Int32Array, table: UnitTable): readonly (Int32Array | undefined)[] {
  const { unitCounts, groupOf, unitOf } = table;
  const counts = occurrences(roots, table);
  const next = counts.map((perUnit) => perUnit?.map((each, unit) => each * unit));
  const found = counts.map(
    (perUnit, group) => perUnit && new Int32Array((unitCounts[group] as number) * Number(perUnit[0])),
  );
  for (let index = 0; index < roots.length; index++) {
    const root = roots[index] as number;
    const group = groupOf[root] as number;
    const indices = found[group];
    if (indices === undefined) continue;
    const cursor = next[group] as Int32Array;
    const unit = unitOf[root] as number;
    const to = cursor[unit] as number;
    indices[to] = index;
    cursor[unit] = to + 1;
  }
  return found;
}

/** A group has the name of its first producer, or of all its producers if two groups would share a name. */
function named(groups: readonly UnnamedGroup[]): readonly Group[] {
  const producers = groups.map(({ slices }) => [
    ...new Set(slices.filter(({ role }) => role === "kernel").map(({ layer }) => layer)),
  ]);
  const firsts = producers.map(([first = ""]) => first);
  const ids = producers.map((names, i) =>
    firsts.filter((first) => first === firsts[i]).length === 1 ? (names[0] ?? "") : names.join("+"),
  );
  const seen = new Map<string, number>();
  return groups.map(({ unitCount, slices, counts }, i) => {
    const base = ids[i] ?? "";
    const nth = (seen.get(base) ?? 0) + 1;
    seen.set(base, nth);
    return { id: nth === 1 ? base : `${base}#${nth}`, unitCount, slices, counts };
  });
}
