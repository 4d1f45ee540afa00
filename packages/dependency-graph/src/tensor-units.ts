/** Which unit every channel of every tensor belongs to. */
import type { GraphTensor } from "@secateur/model-graph";
import type { Channels } from "./channels.ts";
import { findUnits } from "./collect-groups.ts";
import type { DependencyGraph } from "./dependency-graph.ts";
import { traceChannels } from "./trace-channels.ts";

export interface TensorUnits {
  readonly channels: Channels;
  /** For each of `channels.ids`: the index of its group in `graph.groups`; -1 for a channel that is pinned or has no unit. */
  readonly groups: Int32Array;
  /** For each of `channels.ids`: the number of its unit in the group. */
  readonly units: Int32Array;
}

/**
 * Traces the model anew.
 *
 * @returns By tensor of `modelGraph(graph.model)`.
 *
 * @example tensorUnits(graph).get(modelGraph(model).outputs[0]);
 */
export function tensorUnits({ model, rules }: DependencyGraph): ReadonlyMap<GraphTensor, TensorUnits> {
  const { tensors, table } = traceChannels(model, rules);
  const { groupOf, unitOf } = findUnits(table);
  return new Map(
    [...tensors].map(([tensor, channels]) => {
      const own = table.roots(channels);
      const groups = own.map((root) => Number(groupOf[root]));
      return [tensor, { channels, groups, units: own.map((root) => Number(unitOf[root])) }] as const;
    }),
  );
}
