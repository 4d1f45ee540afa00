/**
 * The dependency graph of a model: its groups of units, and the channels that are never removed.
 *
 * A *unit* is channels, across layers, that can only be kept or removed together; a *group* is units with the same
 * coupling; a *slice* lists the indices of a group's units on one axis of one weight.
 */
import type * as tfl from "@tensorflow/tfjs-layers";
import type { PinnedChannels } from "./channel-table.ts";
import { collectGroups } from "./collect-groups.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Group } from "./group.ts";
import type { LayerRules } from "./layer-rule.ts";
import { layerRules } from "./rules/index.ts";
import { traceChannels } from "./trace-channels.ts";

export interface DependencyGraph {
  readonly model: tfl.LayersModel;
  /** Equal for models of equal structure: layers, connections and weight shapes, not weight values. */
  readonly fingerprint: string;
  /** In the order of the model's layers. Every channel is in exactly one group or pinned. */
  readonly groups: readonly Group[];
  /** Channels that are never removed, with the layer and the reason. */
  readonly pinned: readonly PinnedChannels[];
  /** The rules that the graph was built with. */
  readonly rules: LayerRules;
}

export interface DependencyGraphOptions {
  /** Rules by layer class name. Default: `layerRules`. */
  readonly rules?: LayerRules;
}

/**
 * Finds the channels of a model that can only be removed together, nested models included. The model does not change. The
 * channels of a layer class without a rule are pinned.
 *
 * @throws UnsupportedLayerError if a rule does not fit its layer; ModelGraphError for something that is not a LayersModel.
 *
 * @example
 * const graph = buildDependencyGraph(model);
 * graph.groups.map(({ id, unitCount }) => `${id}: ${unitCount}`); // ["conv1: 16", "conv2: 32", ...]
 */
export function buildDependencyGraph(
  model: tfl.LayersModel,
  options: DependencyGraphOptions = {},
): DependencyGraph {
  const { rules = layerRules } = options;
  const { table } = traceChannels(model, rules);
  return {
    model,
    fingerprint: fingerprint(model),
    groups: collectGroups(table),
    pinned: table.pinned,
    rules,
  };
}
