/**
 * A layer rule: a pure function from the channels of a layer's inputs to those of its output. It creates, passes, ties,
 * arranges, binds or pins channels. One file a layer class in `rules/`.
 */
import type { Channels } from "./channels.ts";

/** What a bound axis of a weight is to its unit: `input` is where the unit is consumed, the others belong to it. */
export type Role = "kernel" | "bias" | "gamma" | "beta" | "movingMean" | "movingVariance" | "alpha" | "input";

export interface RuleContext {
  /** The layer's path, for instance `backbone/conv1`. */
  readonly layer: string;
  readonly className: string;
  /** `layer.getConfig()`, camelCase keys. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly Channels[];
  /** Without the batch axis. */
  readonly outputShape: readonly (number | null)[];
  /** Does this layer own a weight of this name (`kernel`, `bias`, `gamma`, ...)? */
  readonly hasWeight: (weight: string) => boolean;
  /** New channels, one for each index of the weight's axis, bound to it. The same channels at every call of the layer. */
  readonly create: (weight: string, axis: number, role: Role) => Int32Array;
  /** The weight's axis carries these channels. Bound again at another call of the layer, the two are tied. */
  readonly bind: (weight: string, axis: number, role: Role, ids: Int32Array) => void;
  /** Channels that can only be removed together, element by element. */
  readonly tie: (a: Int32Array, b: Int32Array) => void;
  /** Channels that are never removed. */
  readonly pin: (ids: Int32Array, reason: string) => void;
  /** New channels that are always zero, such as the padding of a shortcut. */
  readonly zeros: (count: number) => Int32Array;
  /** The number in `layer.getConfig()` that counts these channels, for instance `["filters"]`. */
  readonly counts: (path: readonly (string | number)[], ids: Int32Array) => void;
  /** Pins the inputs and returns pinned output channels: for calls that the rule cannot follow. */
  readonly unsupported: (reason: string) => Channels;
}

/**
 * Returns the output's channels; undefined only for a call without inputs, which is an error.
 *
 * @example const rules = { ...layerRules, Scale: ({ inputs }) => inputs[0] };
 */
export type LayerRule = (context: RuleContext) => Channels | undefined;

/** By layer class name. */
export type LayerRules = Readonly<Record<string, LayerRule>>;
