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
  const members = membership(trace, roots, signatures(roots, channels.size()));
  for (const [i, { ids: _, ...where }] of bindings.entries()) {
    const found = positionsByDraft(roots[i] ?? new Int32Array(), members);
    each(members.drafts, found, (draft, positions) => {
      draft.slices.push({ ...where, positions, positionsPerUnit: positions.length / draft.unitCount });
    });
  }
  for (const count of counts) {
    each(members.drafts, occurrences(rootsOf(count), members), (draft, perUnit) => {
      draft.counts.push({ layer: count.layer, path: count.path, perUnit });
    });
  }
  return named(members.drafts);
}

/** For the drafts of which something was found. */
function each(
  drafts: readonly Draft[],
  found: readonly (Int32Array | undefined)[],
  tell: (draft: Draft, values: Int32Array) => void,
): void {
  for (const [place, draft] of drafts.entries()) {
    const values = found[place];
    if (values !== undefined) tell(draft, values);
  }
}

/** For every class the trie node that its bindings lead to: equal numbers, equal coupling. */
function signatures(roots: readonly Int32Array[], channelCount: number): Int32Array {
  const signature = new Int32Array(channelCount);
  const trie = new Map<number, number>();
  for (const [member, ids] of roots.entries()) {
    // Neighbours mostly come from the same node.
    let [from, to] = [-1, -1];
    for (const root of ids) {
      const at = signature[root] as number;
      if (at !== from) [from, to] = [at, child(trie, at, member, roots.length)];
      signature[root] = to;
    }
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

/** A group being filled. */
interface Draft {
  unitCount: number;
  readonly slices: Slice[];
  readonly counts: ConfigCount[];
}

/** Which classes of channels are units, and of which group. */
interface Membership {
  readonly drafts: readonly Draft[];
  /** By class: its group's place in `drafts`, or -1. */
  readonly draftOf: Int32Array;
  /** By class: its number in the group, in order of first appearance. */
  readonly unitOf: Int32Array;
}

/** One draft for each signature that has prunable units: made by some kernel, and not pinned. */
function membership(
  { bindings, pinnedRoots }: ChannelTrace,
  roots: readonly Int32Array[],
  signature: Int32Array,
): Membership {
  const draftOf = new Int32Array(signature.length).fill(-1);
  const unitOf = new Int32Array(signature.length);
  const places = new Map<number, number>();
  const drafts: Draft[] = [];
  for (const [member, { role }] of bindings.entries()) {
    if (role !== "kernel") continue;
    for (const root of roots[member] ?? []) {
      if (draftOf[root] !== -1 || pinnedRoots.has(root)) continue;
      const key = Number(signature[root]);
      const place = places.get(key) ?? drafts.push({ unitCount: 0, slices: [], counts: [] }) - 1;
      places.set(key, place);
      draftOf[root] = place;
      const draft = drafts[place] as Draft;
      unitOf[root] = draft.unitCount++;
    }
  }
  return { drafts, draftOf, unitOf };
}

/** By group's place: how often each of its units occurs among these classes; nothing for groups that do not. */
function occurrences(roots: Int32Array, { drafts, draftOf, unitOf }: Membership): (Int32Array | undefined)[] {
  const found = new Array<Int32Array | undefined>(drafts.length);
  for (let i = 0; i < roots.length; i++) {
    const root = roots[i] as number;
    const place = draftOf[root] as number;
    if (place < 0) continue;
    const perUnit = found[place] ?? new Int32Array((drafts[place] as Draft).unitCount);
    found[place] = perUnit;
    const unit = unitOf[root] as number;
    perUnit[unit] = (perUnit[unit] as number) + 1;
  }
  return found;
}

/** By group's place: its positions on one weight axis, unit by unit. All units of a group occur equally often. */
function positionsByDraft(roots: Int32Array, members: Membership): readonly (Int32Array | undefined)[] {
  const { drafts, draftOf, unitOf } = members;
  const counts = occurrences(roots, members);
  const next = counts.map((perUnit) => perUnit?.map((each, unit) => each * unit));
  const found = counts.map((perUnit, place) => {
    return perUnit && new Int32Array((drafts[place] as Draft).unitCount * Number(perUnit[0]));
  });
  for (let position = 0; position < roots.length; position++) {
    const root = roots[position] as number;
    const positions = found[draftOf[root] as number];
    if (positions === undefined) continue;
    const cursor = next[draftOf[root] as number] as Int32Array;
    const unit = unitOf[root] as number;
    const at = cursor[unit] as number;
    positions[at] = position;
    cursor[unit] = at + 1;
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
  return groups.map(({ unitCount, slices, counts }, i) => {
    const base = ids[i] ?? "";
    const nth = (seen.get(base) ?? 0) + 1;
    seen.set(base, nth);
    return { id: nth === 1 ? base : `${base}#${nth}`, unitCount, slices, counts };
  });
}
