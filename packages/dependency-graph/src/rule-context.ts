/** The context of one call of a layer rule, backed by the channel table. */
import { fullConfig, type LayerCall, layerWeight } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { ChannelTable } from "./channel-table.ts";
import type { Channels } from "./channels.ts";
import { UnsupportedLayerError } from "./errors.ts";
import type { LayerRules, Role, RuleContext } from "./layer-rule.ts";

/** @param feedsNormalization - The layer's output is read only by batch normalisation. */
export function ruleContext(
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
      const ids = table.channels.add(ownWeight(name).shape[axis] ?? 0);
      bind(name, axis, role, ids);
      return ids;
    },
    bind,
    tie: (a, b) => table.tie(a, b),
    pin,
    zeros: (count) => table.channels.add(count),
    counts: (configPath, ids) => table.count({ layer: path, path: configPath, ids }),
    withoutChannels,
    unsupported: (reason) => {
      for (const input of inputs) pin(input.ids, reason);
      return withoutChannels(reason);
    },
  };
}
