/**
 * Walk through a model once, producers before consumers, and let each layer's rule say what it does to channels.
 * The result is a flat list of bindings between channels and weight axes, and the union-find that ties channels.
 */
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Channels, lastAxis } from "./channels.ts";
import { DependencyGraphError, UnsupportedLayerError } from "./errors.ts";
import { type LayerUse, layerUses, weightName } from "./layer-node.ts";
import type { LayerRules, Role, RuleContext } from "./layer-rule.ts";
import { type UnionFind, unionFind } from "./union-find.ts";
import { checkWeightNames } from "./weight-names.ts";

/** One axis of one weight and the channel at each of its positions. */
interface Binding {
  readonly layer: string;
  readonly weight: string;
  readonly axis: number;
  readonly role: Role;
  readonly ids: Int32Array;
  /** A kernel whose output goes into batch normalisation and nowhere else: its scale does not matter to the loss. */
  readonly normalized: boolean;
}

/** An entry of a layer's saved configuration that counts channels: `filters`, `units`, an amount of padding. */
interface Count {
  readonly layer: string;
  readonly path: readonly (string | number)[];
  readonly ids: Int32Array;
}

export interface PinnedChannels {
  readonly layer: string;
  readonly className: string;
  readonly reason: string;
  readonly channelCount: number;
}

export interface ChannelTrace {
  readonly channels: UnionFind;
  readonly bindings: readonly Binding[];
  readonly counts: readonly Count[];
  /** The pinned classes' representatives. */
  readonly pinnedRoots: ReadonlySet<number>;
  readonly pinned: readonly PinnedChannels[];
}

export function traceChannels(model: tfl.LayersModel, rules: LayerRules): ChannelTrace {
  checkWeightNames(model);
  const uses = layerUses(model);
  const tracer = new Tracer(rules, layersThatFeedBatchNormalization(uses));
  for (const use of uses) tracer.visit(use);
  for (const output of model.outputs) tracer.pinOutput(output);
  return tracer.finish();
}

/** Owns the state of one walk. */
class Tracer {
  readonly #channels = unionFind();
  readonly #bindings = new Map<string, Binding>();
  readonly #counts = new Map<string, Count>();
  readonly #pins: (PinnedChannels & { readonly ids: Int32Array })[] = [];
  readonly #at = new Map<tfl.SymbolicTensor, Channels>();
  readonly #owner = new Map<string, tfl.layers.Layer>();
  readonly #rules: LayerRules;
  readonly #normalized: ReadonlySet<tfl.layers.Layer>;

  constructor(rules: LayerRules, normalized: ReadonlySet<tfl.layers.Layer>) {
    this.#rules = rules;
    this.#normalized = normalized;
  }

  visit(use: LayerUse): void {
    const { layer, outputs } = use;
    const [output] = outputs;
    const inputs = use.inputs.map((input) => this.#channelsOf(input));
    const context = this.#context(layer, inputs, shapeOf(output));
    const rule = this.#rules[layer.getClassName()];
    if (rule !== undefined && outputs.length === 1 && output !== undefined) {
      const result = rule(context);
      if (result === undefined)
        throw new UnsupportedLayerError(layer.name, context.className, "it has no input");
      this.#at.set(output, result);
      return;
    }
    for (const input of inputs) context.pin(input.ids, `no rule for layer class ${context.className}`);
    for (const each of outputs) this.#at.set(each, this.#opaque(context, shapeOf(each)));
  }

  pinOutput(output: tfl.SymbolicTensor): void {
    const layer = output.sourceLayer;
    this.#pin(layer, this.#channelsOf(output).ids, "model output");
  }

  finish(): ChannelTrace {
    const pinnedRoots = new Set<number>();
    for (const { ids } of this.#pins) for (const id of ids) pinnedRoots.add(this.#channels.find(id));
    return {
      channels: this.#channels,
      bindings: [...this.#bindings.values()],
      counts: [...this.#counts.values()],
      pinnedRoots,
      pinned: this.#pins.map(({ layer, className, reason, channelCount }) => ({
        layer,
        className,
        reason,
        channelCount,
      })),
    };
  }

  #channelsOf(tensor: tfl.SymbolicTensor): Channels {
    const channels = this.#at.get(tensor);
    if (channels === undefined) throw new DependencyGraphError(`no channels for tensor "${tensor.name}"`);
    return channels;
  }

  #pin(layer: tfl.layers.Layer, ids: Int32Array, reason: string): void {
    const className = layer.getClassName();
    this.#pins.push({ layer: layer.name, className, reason, channelCount: new Set(ids).size, ids });
  }

  /** Channels of which nothing is known, so that they can never be removed. */
  #opaque(context: RuleContext, shape: readonly (number | null)[]): Channels {
    const ids = this.#channels.add(shape.at(-1) ?? 1);
    context.pin(ids, `made by layer class ${context.className}, which has no rule`);
    return lastAxis(shape, ids);
  }

  #context(
    layer: tfl.layers.Layer,
    inputs: readonly Channels[],
    outputShape: readonly (number | null)[],
  ): RuleContext {
    const className = layer.getClassName();
    const weightOf = (name: string): tfl.LayerVariable | undefined =>
      layer.weights.find((weight) => weightName(weight).split("/").at(-1) === name);
    const bind = (name: string, axis: number, role: Role, ids: Int32Array): void => {
      const weight = weightOf(name);
      if (weight === undefined)
        throw new UnsupportedLayerError(layer.name, className, `it has no weight "${name}"`);
      this.#bind(layer, weight, axis, role, ids);
    };
    const context: RuleContext = {
      layer: layer.name,
      className,
      config: layer.getConfig(),
      inputs,
      outputShape,
      hasWeight: (name) => weightOf(name) !== undefined,
      create: (name, axis, role) => {
        const known = this.#bindings.get(`${layer.name}|${name}|${axis}`);
        if (known !== undefined) return known.ids;
        const ids = this.#channels.add(weightOf(name)?.shape[axis] ?? 0);
        bind(name, axis, role, ids);
        return ids;
      },
      bind,
      tie: (a, b) => this.#tie(a, b),
      pin: (ids, reason) => this.#pin(layer, ids, reason),
      zeros: (count) => this.#channels.add(count),
      counts: (path, ids) => this.#count(layer.name, path, ids),
      giveUp: (reason) => {
        for (const input of inputs) context.pin(input.ids, reason);
        const ids = this.#channels.add(outputShape.at(-1) ?? 1);
        context.pin(ids, reason);
        return lastAxis(outputShape, ids);
      },
    };
    return context;
  }

  #bind(layer: tfl.layers.Layer, weight: tfl.LayerVariable, axis: number, role: Role, ids: Int32Array): void {
    const name = weightName(weight);
    const owner = this.#owner.get(name);
    if (owner !== undefined && owner !== layer) {
      throw new DependencyGraphError(
        `two layers own a weight named "${name}": give the layers different names`,
      );
    }
    this.#owner.set(name, layer);
    if (weight.shape[axis] !== ids.length) {
      const problem = `axis ${axis} of "${name}" has ${String(weight.shape[axis])} positions for ${ids.length} channels`;
      throw new UnsupportedLayerError(layer.name, layer.getClassName(), problem);
    }
    const key = `${layer.name}|${name.split("/").at(-1)}|${axis}`;
    const known = this.#bindings.get(key);
    if (known !== undefined) {
      this.#tie(known.ids, ids);
      return;
    }
    const normalized = role === "kernel" && this.#normalized.has(layer);
    this.#bindings.set(key, { layer: layer.name, weight: name, axis, role, ids, normalized });
  }

  #tie(a: Int32Array, b: Int32Array): void {
    if (a.length !== b.length)
      throw new DependencyGraphError(`cannot tie ${a.length} channels to ${b.length}`);
    for (const [i, id] of a.entries()) this.#channels.union(id, Number(b[i]));
  }

  #count(layer: string, path: readonly (string | number)[], ids: Int32Array): void {
    const key = `${layer}|${path.join("|")}`;
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, { layer, path, ids });
    else this.#tie(known.ids, ids);
  }
}

function shapeOf(tensor: tfl.SymbolicTensor | undefined): readonly (number | null)[] {
  return (tensor?.shape ?? []).slice(1);
}

/** Linear layers whose output goes into batch normalisation, and in this model nowhere else. */
function layersThatFeedBatchNormalization(uses: readonly LayerUse[]): ReadonlySet<tfl.layers.Layer> {
  const feeds = new Map<tfl.layers.Layer, boolean>();
  for (const { layer, inputs } of uses) {
    const isNormalization = layer.getClassName() === "BatchNormalization";
    for (const { sourceLayer } of inputs)
      feeds.set(sourceLayer, isNormalization && feeds.get(sourceLayer) !== false);
  }
  const isLinear = (layer: tfl.layers.Layer): boolean =>
    (layer.getConfig()["activation"] ?? "linear") === "linear";
  return new Set([...feeds].filter(([layer, feedsIt]) => feedsIt && isLinear(layer)).map(([layer]) => layer));
}
