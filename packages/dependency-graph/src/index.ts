/** @packageDocumentation Finds the channels of a `tf.LayersModel` that can only be removed together. */
export type { PinnedChannels } from "./channel-table.ts";
export { type Channels, hasNoChannels, idsAlong, lastAxis, onAxis, permute, spread } from "./channels.ts";
export {
  buildDependencyGraph,
  type DependencyGraph,
  type DependencyGraphOptions,
} from "./dependency-graph.ts";
export { describeGraph, toMermaid } from "./describe-graph.ts";
export { DependencyGraphError, UnsupportedLayerError } from "./errors.ts";
export { fingerprint } from "./fingerprint.ts";
export type { ConfigCount, Group, GroupId, Slice } from "./group.ts";
export { consumesUnits, type LayerRule, type LayerRules, type Role, type RuleContext } from "./layer-rule.ts";
export { type LayerEntry, layerRules, layerTable, supportedLayers } from "./rules/index.ts";
export { type TensorUnits, tensorUnits } from "./tensor-units.ts";
