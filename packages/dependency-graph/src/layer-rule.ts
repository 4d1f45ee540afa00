/**
 * What a layer does to channels, as a small pure function: given the channels that come in it creates, passes,
 * ties, arranges, binds or pins them, and returns the channels that go out. One file a layer class in `rules/`.
 *
 * A rule of your own: `buildDependencyGraph(model, { rules: { ...layerRules, Scale: ({ inputs }) => inputs[0] } })`.
 */
import type { Channels } from "./channels.ts";

/** What a bound axis of a weight is for its unit. `input` is where the unit is consumed; the others belong to it. */
export type Role = "kernel" | "bias" | "gamma" | "beta" | "movingMean" | "movingVariance" | "alpha" | "input";

export interface RuleContext {
  readonly layer: string;
  readonly className: string;
  /** `layer.getConfig()`, camelCase keys. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly Channels[];
  /** Without the batch axis. */
  readonly outputShape: readonly (number | null)[];
  /** Does this layer own a weight of this short name (`kernel`, `bias`, `gamma`, ...)? */
  readonly hasWeight: (weight: string) => boolean;
  /** New channels, one for each index of the weight's axis, bound to it. The same ones at every use of the layer. */
  readonly create: (weight: string, axis: number, role: Role) => Int32Array;
  /** The weight's axis carries these channels; bound twice (a shared layer), the two uses are tied. */
  readonly bind: (weight: string, axis: number, role: Role, ids: Int32Array) => void;
  /** These go together, element by element. */
  readonly tie: (a: Int32Array, b: Int32Array) => void;
  /** These may never be removed. */
  readonly pin: (ids: Int32Array, reason: string) => void;
  /** New channels that are always zero, for instance the padding of a shortcut. */
  readonly zeros: (count: number) => Int32Array;
  /** The entry of `layer.getConfig()` that counts these channels, for instance `["filters"]`. */
  readonly counts: (path: readonly (string | number)[], ids: Int32Array) => void;
  /** Pin what comes in and give out pinned channels: for uses that the rule cannot follow. */
  readonly giveUp: (reason: string) => Channels;
}

/** Returns what goes out; undefined only when there was no input, which is an error. */
export type LayerRule = (context: RuleContext) => Channels | undefined;

export type LayerRules = Readonly<Record<string, LayerRule>>;
