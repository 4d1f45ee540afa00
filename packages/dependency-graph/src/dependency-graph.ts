/**
 * The dependency graph of a model: its groups of units, and the channels that must stay.
 *
 * Words: a *unit* is channels, across layers, that can only be kept or removed together; a *group* is units with the
 * same coupling; a *slice* is where a group's units lie in one weight.
 */
import type * as tfl from "@tensorflow/tfjs-layers";
import { fingerprint } from "./fingerprint.ts";
import type { Group } from "./group.ts";
import { collectGroups } from "./group.ts";
import type { LayerRules } from "./layer-rule.ts";
import { layerRules } from "./rules/index.ts";
import type { PinnedChannels } from "./trace-channels.ts";
import { traceChannels } from "./trace-channels.ts";

export interface DependencyGraph {
  readonly model: tfl.LayersModel;
  /** Tells models of different structure apart: layers, how they are connected, weight shapes; not weight values. */
  readonly fingerprint: string;
  /** In the model's order. Together with `pinned` they hold every channel, each once. */
  readonly groups: readonly Group[];
  /** Channels that may not be removed, where and why. */
  readonly pinned: readonly PinnedChannels[];
}

export interface DependencyGraphOptions {
  /** Rules by layer class name. Default: `layerRules`. */
  readonly rules?: LayerRules;
}

/**
 * Find out which channels of a model can only be removed together.
 *
 * The model is read, never changed; a layer class without a rule is not an error, its channels are pinned.
 *
 * @example
 * const graph = buildDependencyGraph(model);
 * graph.groups.map(({ id, unitCount }) => `${id}: ${unitCount}`); // ["conv1: 16", "conv2: 32", ...]
 */
export function buildDependencyGraph(
  model: tfl.LayersModel,
  options: DependencyGraphOptions = {},
): DependencyGraph {
  const trace = traceChannels(model, options.rules ?? layerRules);
  return { model, fingerprint: fingerprint(model), groups: collectGroups(trace), pinned: trace.pinned };
}
