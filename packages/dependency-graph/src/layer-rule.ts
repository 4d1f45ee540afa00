/**
 * A layer rule: a function from the channels of a layer's inputs to those of its outputs. It creates, passes, ties, arranges,
 * binds or pins channels. `rules/` has one file per kind of layer.
 */
import type { Channels } from "./channels.ts";

/**
 * The role of a bound axis: `input` for weights that read the unit from the layer's input, `recurrent` for weights by which a
 * layer reads its own unit at the next time step, `pointwise` for the second kernel of a separable convolution, which reads the
 * unit after the first; the others for weights that produce or transform it.
 */
export type Role =
  | "kernel"
  | "bias"
  | "gamma"
  | "beta"
  | "movingMean"
  | "movingVariance"
  | "alpha"
  | "input"
  | "recurrent"
  | "pointwise";

/** True for weights that consume units: silencing a unit sets its slices of these weights to zero. */
export function consumesUnits(role: Role): boolean {
  return role === "input" || role === "recurrent";
}

export interface RuleContext {
  /** The layer's path, for instance `backbone/conv1`. */
  readonly layer: string;
  readonly className: string;
  /** `layer.getConfig()`, camelCase keys, with the settings that tfjs leaves out. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly Channels[];
  /** Of the first output, without the batch axis. */
  readonly outputShape: readonly (number | null)[];
  /** Of all outputs, without the batch axis; an RNN that returns its states has several. */
  readonly outputShapes: readonly (readonly (number | null)[])[];
  /** The rule of another class, for wrappers; undefined if there is none. */
  readonly ruleOf: (className: string) => LayerRule | undefined;
  /** Whether the layer has a weight of this name (`kernel`, `bias`, `gamma`, ...; `forward.kernel` in a Bidirectional). */
  readonly hasWeight: (weight: string) => boolean;
  /** Creates one channel per index of the weight's axis and binds them to it. Every call of the layer returns the same. */
  readonly create: (weight: string, axis: number, role: Role) => Int32Array;
  /** Binds channels to a weight's axis. Channels of several calls of the layer are tied. */
  readonly bind: (weight: string, axis: number, role: Role, ids: Int32Array) => void;
  /** Ties channels element by element: they can only be removed together. */
  readonly tie: (a: Int32Array, b: Int32Array) => void;
  /** Pins channels: they are never removed. */
  readonly pin: (ids: Int32Array, reason: string) => void;
  /** Creates channels that are always zero, such as the padding of a shortcut. */
  readonly zeros: (count: number) => Int32Array;
  /** Declares that a number in `layer.getConfig()` counts these channels, for instance `["filters"]`. */
  readonly counts: (path: readonly (string | number)[], ids: Int32Array) => void;
  /** An output that no removable channel produces; its values are pinned. @param shape - Default: that of the first output. */
  readonly withoutChannels: (reason: string, shape?: readonly (number | null)[]) => Channels;
  /** Pins the inputs and returns an output without channels, for calls that the rule does not support. */
  readonly unsupported: (reason: string) => Channels;
}

/**
 * Returns the output's channels, or a list for a layer with several outputs; undefined only for a call without inputs, which is
 * an error.
 *
 * @example const rules = { ...layerRules, Scale: ({ inputs }) => inputs[0] };
 */
export type LayerRule = (context: RuleContext) => Channels | readonly Channels[] | undefined;

/** By layer class name. */
export type LayerRules = Readonly<Record<string, LayerRule>>;
