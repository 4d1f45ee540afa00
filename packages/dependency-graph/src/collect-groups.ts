/** Collects each group's slices and its channel counts in layer configurations, and names the groups. */
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
    const indicesOfGroup = indicesByGroup(roots[i] ?? new Int32Array(), table);
    visitDefined(groups, indicesOfGroup, (group, indices) => {
      group.slices.push({ ...binding, indices, indicesPerUnit: indices.length / group.unitCount });
    });
  }
  for (const count of counts) {
    visitDefined(groups, occurrences(rootsOf(count), table), (group, perUnit) => {
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
