/**
 * The channels of a model and what layer rules declare about them: ties, bindings to weight axes, pins, and numbers in
 * configurations. Tied channels are the classes of a union-find (Tarjan 1975).
 */
import type { Channels } from "./channels.ts";
import { DependencyGraphError } from "./errors.ts";
import type { Role } from "./layer-rule.ts";

/** An axis of a weight, and the channel at each of its indices. */
export interface Binding {
  /** Paths of the layer and of its weight. */
  readonly layer: string;
  readonly weight: string;
  readonly axis: number;
  readonly role: Role;
  readonly ids: Int32Array;
  /** A kernel whose output is read only by batch normalisation: its scale does not change the loss. */
  readonly normalized: boolean;
}

/** A number in a layer's configuration that counts channels: `filters`, `units`, an amount of padding. */
export interface Count {
  readonly layer: string;
  readonly path: readonly (string | number)[];
  readonly ids: Int32Array;
}

/** Channels that are never removed. */
export interface PinnedChannels {
  /** The layer's path. */
  readonly layer: string;
  readonly className: string;
  readonly reason: string;
  readonly channelCount: number;
  /** Paths of the layers that produce the channels and so keep them. */
  readonly holds: readonly string[];
}

/** Filled while a model is traced. */
export class ChannelTable {
  /** By channel: a channel of the same class, itself for the representative. */
  readonly #parents: number[] = [];
  readonly #bindings = new Map<string, Binding>();
  readonly #counts = new Map<string, Count>();
  readonly #pins: (Omit<PinnedChannels, "holds"> & { readonly ids: Int32Array })[] = [];

  get channelCount(): number {
    return this.#parents.length;
  }

  /** Adds channels, each a class of its own, and returns their ids. */
  add(count: number): Int32Array {
    const start = this.#parents.length;
    for (let i = 0; i < count; i++) this.#parents.push(start + i);
    return Int32Array.from({ length: count }, (_, i) => start + i);
  }

  /** The representative of a channel's class: its smallest id, so that results do not depend on the order of ties. */
  find(id: number): number {
    const parents = this.#parents;
    let root = id;
    for (let up = parents[root] ?? root; up !== root; up = parents[root] ?? root) root = up;
    for (let node = id; node !== root; ) {
      const up = parents[node] ?? root;
      parents[node] = root;
      node = up;
    }
    return root;
  }

  /** The representatives of a list of channels. */
  roots({ ids }: { readonly ids: Int32Array }): Int32Array {
    return ids.map((id) => this.find(id));
  }

  /** Ties channels element by element. */
  tie(a: Int32Array, b: Int32Array): void {
    if (a.length !== b.length)
      throw new DependencyGraphError(
        `cannot tie ${a.length} channels to ${b.length}: a layer rule must tie lists of equal length`,
      );
    for (const [i, id] of a.entries()) this.#union(id, Number(b[i]));
  }

  #union(a: number, b: number): void {
    const rootA = this.find(a);
    const rootB = this.find(b);
    if (rootA !== rootB) this.#parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }

  /** The channels that an axis of a weight is bound to; undefined if it is not bound. */
  boundTo(weight: string, axis: number): Int32Array | undefined {
    return this.#bindings.get(`${weight}|${axis}`)?.ids;
  }

  /** A second binding of the same axis ties its channels to those of the first. */
  bind(binding: Binding): void {
    const key = `${binding.weight}|${binding.axis}`;
    const existing = this.#bindings.get(key);
    if (existing === undefined) this.#bindings.set(key, binding);
    else this.tie(existing.ids, binding.ids);
  }

  /** A second count of the same number, as when a layer is called twice, ties its channels to those of the first. */
  count(count: Count): void {
    const key = `${count.layer}|${count.path.join("|")}`;
    const existing = this.#counts.get(key);
    if (existing === undefined) this.#counts.set(key, count);
    else this.tie(existing.ids, count.ids);
  }

  pin(layer: string, className: string, ids: Int32Array, reason: string): void {
    this.#pins.push({ layer, className, reason, channelCount: new Set(ids).size, ids });
  }

  /** A tensor whose values are pinned, all of them the same channel. */
  constant(layer: string, className: string, shape: Channels["shape"], reason: string): Channels {
    const ids = this.add(Math.max(shape.at(-1) ?? 1, 1));
    this.pin(layer, className, ids, reason);
    for (const id of ids) this.#union(Number(ids[0]), id);
    return { shape, varies: shape.map(() => false), ids: ids.subarray(0, 1) };
  }

  get bindings(): readonly Binding[] {
    return [...this.#bindings.values()];
  }

  get counts(): readonly Count[] {
    return [...this.#counts.values()];
  }

  get pinned(): readonly PinnedChannels[] {
    const producers = this.#producersOfPinned();
    return this.#pins.map(({ ids, ...pin }) => {
      const roots = new Set(this.roots({ ids }));
      return { ...pin, holds: [...new Set([...roots].flatMap((root) => [...(producers.get(root) ?? [])]))] };
    });
  }

  /** By pinned class: the layers that produce it. */
  #producersOfPinned(): ReadonlyMap<number, ReadonlySet<string>> {
    const producers = new Map([...this.pinnedRoots()].map((root) => [root, new Set<string>()]));
    for (const { role, layer, ids } of this.#bindings.values()) {
      if (role !== "kernel") continue;
      for (const id of ids) producers.get(this.find(id))?.add(layer);
    }
    return producers;
  }

  /** The representatives of the pinned classes. */
  pinnedRoots(): ReadonlySet<number> {
    return new Set(this.#pins.flatMap((pin) => [...this.roots(pin)]));
  }
}
