/**
 * From classes of tied channels to groups of units: units bound to the same axes of the same weights, equally often,
 * form one group.
 */
import type { Role } from "./layer-rule.ts";
import type { ChannelTrace } from "./trace-channels.ts";

export type GroupId = string;

export interface Slice {
  readonly layer: string;
  /** `LayerVariable.originalName`, for instance `conv1/kernel`. */
  readonly weight: string;
  readonly axis: number;
  readonly role: Role;
  /** `[units · positionsPerUnit]`, unit by unit: where on the axis the units lie. */
  readonly positions: Int32Array;
  readonly positionsPerUnit: number;
  /** Only for kernels: their output goes straight into batch normalisation, which undoes their scale. */
  readonly normalized: boolean;
}

/** An entry of a layer's configuration that counts channels, so that it shrinks as units go. */
export interface ConfigCount {
  readonly layer: string;
  /** Where in `layer.getConfig()`. */
  readonly path: readonly (string | number)[];
  /** `[units]`: by how much the entry shrinks when a unit goes. */
  readonly perUnit: Int32Array;
}

export interface Group {
  /** The name of the first layer that makes the units, with more names where that is not enough. */
  readonly id: GroupId;
  readonly unitCount: number;
  readonly slices: readonly Slice[];
  readonly counts: readonly ConfigCount[];
}

/** Units that meet the same sequence of bindings, found by walking a trie with every channel at once. */
export function collectGroups(trace: ChannelTrace): readonly Group[] {
  const { channels, bindings, counts } = trace;
  const rootsOf = ({ ids }: { readonly ids: Int32Array }): Int32Array => ids.map((id) => channels.find(id));
  const roots = bindings.map(rootsOf);
  const signature = signatures(roots, channels.size());
  const drafts = draftGroups(trace, roots, signature);
  for (const [i, { ids: _, ...where }] of bindings.entries()) {
    for (const [draft, positions] of positionsByDraft(roots[i] ?? new Int32Array(), signature, drafts)) {
      const positionsPerUnit = positions[0]?.length ?? 0;
      draft.slices.push({ ...where, positions: Int32Array.from(positions.flat()), positionsPerUnit });
    }
  }
  for (const count of counts) {
    for (const [draft, positions] of positionsByDraft(rootsOf(count), signature, drafts)) {
      const perUnit = Int32Array.from(positions, (each) => each.length);
      draft.counts.push({ layer: count.layer, path: count.path, perUnit });
    }
  }
  return named([...drafts.values()]);
}

/** For every class the trie node that its bindings lead to: equal numbers, equal coupling. */
function signatures(roots: readonly Int32Array[], channelCount: number): Int32Array {
  const signature = new Int32Array(channelCount);
  const trie = new Map<number, number>();
  for (const [member, ids] of roots.entries()) {
    for (const root of ids) signature[root] = child(trie, Number(signature[root]), member, roots.length);
  }
  return signature;
}

function child(trie: Map<number, number>, from: number, member: number, width: number): number {
  const key = from * width + member;
  const known = trie.get(key);
  if (known !== undefined) return known;
  trie.set(key, trie.size + 1);
  return trie.size;
}

/** A group being filled: for every class of channels its unit's number, in order of first appearance. */
interface Draft {
  readonly units: Map<number, number>;
  readonly slices: Slice[];
  readonly counts: ConfigCount[];
}

/** One draft for each signature that has prunable units: made by some kernel, and not pinned. */
function draftGroups(
  { bindings, pinnedRoots }: ChannelTrace,
  roots: readonly Int32Array[],
  signature: Int32Array,
): ReadonlyMap<number, Draft> {
  const drafts = new Map<number, Draft>();
  for (const [member, { role }] of bindings.entries()) {
    if (role !== "kernel") continue;
    for (const root of roots[member]?.filter((id) => !pinnedRoots.has(id)) ?? []) {
      const key = Number(signature[root]);
      const draft = drafts.get(key) ?? { units: new Map(), slices: [], counts: [] };
      drafts.set(key, draft);
      if (!draft.units.has(root)) draft.units.set(root, draft.units.size);
    }
  }
  return drafts;
}

/** For one weight axis: each group's positions on it, unit by unit. */
function positionsByDraft(
  ids: Int32Array,
  signature: Int32Array,
  drafts: ReadonlyMap<number, Draft>,
): ReadonlyMap<Draft, number[][]> {
  const found = new Map<Draft, number[][]>();
  for (const [position, root] of ids.entries()) {
    const draft = drafts.get(Number(signature[root]));
    const unit = draft?.units.get(root);
    if (draft === undefined || unit === undefined) continue;
    const positions = found.get(draft) ?? Array.from({ length: draft.units.size }, () => []);
    found.set(draft, positions);
    positions[unit]?.push(position);
  }
  return found;
}

/** The first producer names a group; where two would share a name, all producers do. */
function named(groups: readonly Draft[]): readonly Group[] {
  const producers = groups.map(({ slices }) => [
    ...new Set(slices.filter(({ role }) => role === "kernel").map(({ layer }) => layer)),
  ]);
  const firsts = producers.map(([first = ""]) => first);
  const ids = producers.map((names, i) =>
    firsts.filter((first) => first === firsts[i]).length === 1 ? (names[0] ?? "") : names.join("+"),
  );
  const seen = new Map<string, number>();
  return groups.map(({ units, slices, counts }, i) => {
    const base = ids[i] ?? "";
    const nth = (seen.get(base) ?? 0) + 1;
    seen.set(base, nth);
    return { id: nth === 1 ? base : `${base}#${nth}`, unitCount: units.size, slices, counts };
  });
}
