/**
 * Walks a model once, producers before consumers, and applies the rule of each layer. The result is the list of bindings
 * between channels and weight axes, and the union-find of tied channels.
 */
import {
  type GraphTensor,
  type LayerCall,
  type ModelGraph,
  modelGraph,
  type NestedInput,
} from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Binding, ChannelTable, type Count, type PinnedChannels } from "./channel-table.ts";
import { type Channels, hasNoChannels } from "./channels.ts";
import { DependencyGraphError, UnsupportedLayerError } from "./errors.ts";
import type { LayerRules } from "./layer-rule.ts";
import { ruleContext } from "./rule-context.ts";
import type { UnionFind } from "./union-find.ts";

export interface ChannelTrace {
  /** The channels of every tensor of the model. */
  readonly tensors: ReadonlyMap<GraphTensor, Channels>;
  /** The tied channels, as classes of channel ids. */
  readonly channels: UnionFind;
  /** For every bound weight axis, the channel at each of its indices. */
  readonly bindings: readonly Binding[];
  /** Numbers in layer configurations that count channels (`filters`, `units`). */
  readonly counts: readonly Count[];
  /** The representatives of the pinned classes. */
  readonly pinnedRoots: ReadonlySet<number>;
  /** Channels that are never removed, with the layer and the reason. */
  readonly pinned: readonly PinnedChannels[];
}

export function traceChannels(model: tfl.LayersModel, rules: LayerRules): ChannelTrace {
  const graph = modelGraph(model);
  const table = new ChannelTable();
  const channelsOf = new Map<GraphTensor, Channels>();
  const channelsOfTensor = (tensor: GraphTensor): Channels => {
    const channels = channelsOf.get(tensor);
    if (channels === undefined)
      throw new DependencyGraphError(`no layer produced tensor "${tensor.name}" before it was read`);
    return channels;
  };
  const feedsNormalization = layersBeforeNormalization(graph);
  for (const call of graph.calls) {
    const outputs = applyRule(
      table,
      rules,
      call,
      call.inputs.map(channelsOfTensor),
      feedsNormalization.has(call.layer),
    );
    for (const [i, output] of call.outputs.entries()) channelsOf.set(output, outputs[i] as Channels);
  }
  for (const input of graph.nestedInputs)
    registerInputShape(table, graph, input, channelsOfTensor(input.tensor));
  for (const output of graph.outputs) {
    const { path, className } = graph.producers.get(output) as LayerCall;
    table.pin(path, className, channelsOfTensor(output).ids, "model output");
  }
  const { channels, bindings, counts, pinned } = table;
  return { tensors: channelsOf, channels, bindings, counts, pinned, pinnedRoots: table.pinnedRoots() };
}

/** The channels of each output of the call. Without a rule, inputs and outputs are pinned. */
function applyRule(
  table: ChannelTable,
  rules: LayerRules,
  call: LayerCall,
  inputs: readonly Channels[],
  feedsNormalization: boolean,
): readonly Channels[] {
  const { path, className, outputs } = call;
  const rule = Object.hasOwn(rules, className) ? rules[className] : undefined;
  if (rule !== undefined) {
    const result = rule(ruleContext(table, rules, call, inputs, feedsNormalization));
    // A rule returns undefined only for a call without inputs.
    if (result === undefined) throw new UnsupportedLayerError(path, className, "it has no input");
    const channels = "ids" in result ? [result] : result;
    if (channels.length === outputs.length) return channels;
    const problem = `the rule returns channels of ${channels.length} of ${outputs.length} outputs`;
    throw new UnsupportedLayerError(path, className, problem);
  }
  for (const input of inputs) table.pin(path, className, input.ids, `no rule for layer class ${className}`);
  return outputs.map(({ shape }) =>
    table.constant(path, className, shape.slice(1), `output of layer class ${className}, which has no rule`),
  );
}

/**
 * Registers the channel size in a nested model's `batchInputShape`, so that surgery lowers it. The table keeps one count, even
 * if the nested model is called twice.
 */
function registerInputShape(
  table: ChannelTable,
  { layers }: ModelGraph,
  { path }: NestedInput,
  channels: Channels,
): void {
  const config = layers.get(path)?.getConfig() ?? {};
  if (!Array.isArray(config["batchInputShape"]) || hasNoChannels(channels)) return;
  const axis = channels.varies.indexOf(true);
  table.count({ layer: path, path: ["batchInputShape", axis + 1], ids: channels.ids });
}

/** Keys of the configurations of recurrent layers and wrappers, whose outputs are not linear in one kernel. */
const nonlinearInside = ["recurrentInitializer", "cell", "layer"] as const;

/** Layers without an activation of their own whose output is read only by batch normalisation; only kernels use it. */
function layersBeforeNormalization({ calls, producers }: ModelGraph): ReadonlySet<tfl.layers.Layer> {
  const feeds = new Map<tfl.layers.Layer, boolean>();
  for (const { className, inputs } of calls) {
    for (const input of inputs) {
      const producer = producers.get(input)?.layer;
      if (producer === undefined) continue;
      feeds.set(producer, className === "BatchNormalization" && feeds.get(producer) !== false);
    }
  }
  const isLinear = (layer: tfl.layers.Layer): boolean => {
    const config = layer.getConfig();
    return (config["activation"] ?? "linear") === "linear" && !nonlinearInside.some((key) => key in config);
  };
  return new Set(
    [...feeds]
      .filter(([layer, onlyNormalization]) => onlyNormalization && isLinear(layer))
      .map(([layer]) => layer),
  );
}
