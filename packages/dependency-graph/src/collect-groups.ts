/**
 * From classes of tied channels to groups: classes bound to the same axes of the same weights, equally often, form one
 * group. All classes walk down one trie of bindings together; those that end at the same node are coupled alike.
 */
import type { ConfigCount, Group, Slice } from "./group.ts";
import type { ChannelTrace } from "./trace-channels.ts";

export function collectGroups(trace: ChannelTrace): readonly Group[] {
  const { channels, bindings, counts } = trace;
  const rootsOf = ({ ids }: { readonly ids: Int32Array }): Int32Array => ids.map((id) => channels.find(id));
  const roots = bindings.map(rootsOf);
  const members = membership(trace, roots, signatures(roots, channels.size()));
  for (const [i, { ids: _, ...where }] of bindings.entries()) {
    const found = indicesByDraft(roots[i] ?? new Int32Array(), members);
    forEachFound(members.drafts, found, (draft, indices) => {
      draft.slices.push({ ...where, indices, indicesPerUnit: indices.length / draft.unitCount });
    });
  }
  for (const count of counts) {
    forEachFound(members.drafts, occurrences(rootsOf(count), members), (draft, perUnit) => {
      draft.counts.push({ layer: count.layer, path: count.path, perUnit });
    });
  }
  return named(members.drafts);
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
  /** By class: the index of its group in `drafts`, or -1. */
  readonly draftOf: Int32Array;
  /** By class: its number in the group, in order of first appearance. */
  readonly unitOf: Int32Array;
}

function forEachFound(
  drafts: readonly Draft[],
  found: readonly (Int32Array | undefined)[],
  visit: (draft: Draft, values: Int32Array) => void,
): void {
  for (const [i, draft] of drafts.entries()) {
    const values = found[i];
    if (values !== undefined) visit(draft, values);
  }
}

/** For every class the trie node that its bindings lead to: equal numbers, equal coupling. */
function signatures(roots: readonly Int32Array[], channelCount: number): Int32Array {
  const signature = new Int32Array(channelCount);
  const trie = new Map<number, number>();
  for (const [binding, ids] of roots.entries()) {
    // Neighbouring channels mostly come from the same node, so the last step is remembered.
    let [from, to] = [-1, -1];
    for (const root of ids) {
      const node = signature[root] as number;
      if (node !== from) [from, to] = [node, child(trie, node, binding, roots.length)];
      signature[root] = to;
    }
  }
  return signature;
}

function child(trie: Map<number, number>, from: number, binding: number, width: number): number {
  const key = from * width + binding;
  const known = trie.get(key);
  if (known !== undefined) return known;
  trie.set(key, trie.size + 1);
  return trie.size;
}

/** One draft for each signature that has prunable units: produced by some kernel, and not pinned. */
function membership(
  { bindings, pinnedRoots }: ChannelTrace,
  roots: readonly Int32Array[],
  signature: Int32Array,
): Membership {
  const draftOf = new Int32Array(signature.length).fill(-1);
  const unitOf = new Int32Array(signature.length);
  const draftBySignature = new Map<number, number>();
  const drafts: Draft[] = [];
  for (const [binding, { role }] of bindings.entries()) {
    if (role !== "kernel") continue;
    for (const root of roots[binding] ?? []) {
      if (draftOf[root] !== -1 || pinnedRoots.has(root)) continue;
      const key = Number(signature[root]);
      const index = draftBySignature.get(key) ?? drafts.push({ unitCount: 0, slices: [], counts: [] }) - 1;
      draftBySignature.set(key, index);
      draftOf[root] = index;
      const draft = drafts[index] as Draft;
      unitOf[root] = draft.unitCount++;
    }
  }
  return { drafts, draftOf, unitOf };
}

/** By draft: how often each of its units occurs among these classes; undefined for drafts that do not occur. */
function occurrences(roots: Int32Array, { drafts, draftOf, unitOf }: Membership): (Int32Array | undefined)[] {
  const found = new Array<Int32Array | undefined>(drafts.length);
  for (let i = 0; i < roots.length; i++) {
    const root = roots[i] as number;
    const index = draftOf[root] as number;
    if (index < 0) continue;
    const perUnit = found[index] ?? new Int32Array((drafts[index] as Draft).unitCount);
    found[index] = perUnit;
    const unit = unitOf[root] as number;
    perUnit[unit] = (perUnit[unit] as number) + 1;
  }
  return found;
}

/** By draft: its indices on one weight axis, unit by unit. All units of a group occur equally often. */
function indicesByDraft(roots: Int32Array, members: Membership): readonly (Int32Array | undefined)[] {
  const { drafts, draftOf, unitOf } = members;
  const counts = occurrences(roots, members);
  const next = counts.map((perUnit) => perUnit?.map((each, unit) => each * unit));
  const found = counts.map((perUnit, i) => {
    return perUnit && new Int32Array((drafts[i] as Draft).unitCount * Number(perUnit[0]));
  });
  for (let index = 0; index < roots.length; index++) {
    const root = roots[index] as number;
    const indices = found[draftOf[root] as number];
    if (indices === undefined) continue;
    const cursor = next[draftOf[root] as number] as Int32Array;
    const unit = unitOf[root] as number;
    const at = cursor[unit] as number;
    indices[at] = index;
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
