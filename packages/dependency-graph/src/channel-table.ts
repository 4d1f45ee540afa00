/** Collects what layer rules declare about channels: ties, bindings to weight axes, pins, and numbers in configurations. */
import type { Channels } from "./channels.ts";
import { DependencyGraphError } from "./errors.ts";
import type { Role } from "./layer-rule.ts";
import { type UnionFind, unionFind } from "./union-find.ts";

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
  readonly channels: UnionFind = unionFind();
  readonly #bindings = new Map<string, Binding>();
  readonly #counts = new Map<string, Count>();
  readonly #pins: (Omit<PinnedChannels, "holds"> & { readonly ids: Int32Array })[] = [];

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

  tie(a: Int32Array, b: Int32Array): void {
    if (a.length !== b.length)
      throw new DependencyGraphError(
        `cannot tie ${a.length} channels to ${b.length}: a layer rule must tie lists of equal length`,
      );
    for (const [i, id] of a.entries()) this.channels.union(id, Number(b[i]));
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
    const ids = this.channels.add(Math.max(shape.at(-1) ?? 1, 1));
    this.pin(layer, className, ids, reason);
    for (const id of ids) this.channels.union(Number(ids[0]), id);
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
      const roots = new Set(ids.map((id) => this.channels.find(id)));
      return { ...pin, holds: [...new Set([...roots].flatMap((root) => [...(producers.get(root) ?? [])]))] };
    });
  }

  /** By pinned class: the layers that produce it. */
  #producersOfPinned(): ReadonlyMap<number, ReadonlySet<string>> {
    const producers = new Map([...this.pinnedRoots()].map((root) => [root, new Set<string>()]));
    for (const { role, layer, ids } of this.#bindings.values()) {
      if (role !== "kernel") continue;
      for (const id of ids) producers.get(this.channels.find(id))?.add(layer);
    }
    return producers;
  }

  /** The representatives of the pinned classes. */
  pinnedRoots(): ReadonlySet<number> {
    return new Set(this.#pins.flatMap(({ ids }) => Array.from(ids, (id) => this.channels.find(id))));
  }
}
