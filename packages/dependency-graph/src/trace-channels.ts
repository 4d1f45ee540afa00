/** Walks a model once, producers before consumers, and applies the rule of each layer, which fills the channel table. */
import {
  fullConfig,
  type GraphTensor,
  type LayerCall,
  layerWeight,
  type ModelGraph,
  modelGraph,
  type NestedInput,
} from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { layersBeforeNormalization } from "./before-normalization.ts";
import { ChannelTable } from "./channel-table.ts";
import { type Channels, hasNoChannels } from "./channels.ts";
import { DependencyGraphError, UnsupportedLayerError } from "./errors.ts";
import type { LayerRules, Role, RuleContext } from "./layer-rule.ts";

export interface ChannelTrace {
  /** The channels of every tensor of the model. */
  readonly tensors: ReadonlyMap<GraphTensor, Channels>;
  readonly table: ChannelTable;
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
  return { tensors: channelsOf, table };
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

/** What the rule of one call reads and declares. @param feedsNormalization - Only batch normalisation reads the layer's output. */
function ruleContext(
  table: ChannelTable,
  rules: LayerRules,
  { path, className, layer, outputs }: LayerCall,
  inputs: readonly Channels[],
  feedsNormalization: boolean,
): RuleContext {
  const outputShapes = outputs.map(({ shape }) => shape.slice(1));
  const [outputShape = []] = outputShapes;
  const fail = (problem: string): never => {
    throw new UnsupportedLayerError(path, className, problem);
  };
  const ownWeight = (name: string): tfl.LayerVariable =>
    layerWeight(layer, name) ?? fail(`the layer has no weight "${name}"`);
  const pin = (ids: Int32Array, reason: string): void => table.pin(path, className, ids, reason);
  const bind = (name: string, axis: number, role: Role, ids: Int32Array): void => {
    const weight = `${path}/${name}`;
    const size = ownWeight(name).shape[axis];
    if (size !== ids.length) {
      fail(
        `axis ${axis} of "${weight}" has size ${String(size)}, the rule binds ${ids.length} channels to it`,
      );
    }
    const normalized = role === "kernel" && feedsNormalization;
    table.bind({ layer: path, weight, axis, role, ids, normalized });
  };
  const withoutChannels: RuleContext["withoutChannels"] = (reason, shape = outputShape) =>
    table.constant(path, className, shape, reason);
  return {
    layer: path,
    className,
    config: fullConfig(layer),
    inputs,
    outputShape,
    outputShapes,
    ruleOf: (name) => (Object.hasOwn(rules, name) ? rules[name] : undefined),
    hasWeight: (name) => layerWeight(layer, name) !== undefined,
    create: (name, axis, role) => {
      const bound = table.boundTo(`${path}/${name}`, axis);
      if (bound !== undefined) return bound;
      const ids = table.add(ownWeight(name).shape[axis] ?? 0);
      bind(name, axis, role, ids);
      return ids;
    },
    bind,
    tie: (a, b) => table.tie(a, b),
    pin,
    zeros: (count) => table.add(count),
    counts: (configPath, ids) => table.count({ layer: path, path: configPath, ids }),
    withoutChannels,
    unsupported: (reason) => {
      for (const input of inputs) pin(input.ids, reason);
      return withoutChannels(reason);
    },
  };
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
