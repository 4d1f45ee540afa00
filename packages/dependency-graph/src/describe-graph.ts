/** A dependency graph as text, and as a Mermaid diagram. */
import type { PinnedChannels } from "./channel-table.ts";
import type { DependencyGraph } from "./dependency-graph.ts";
import type { Group } from "./group.ts";
import { consumesUnits } from "./layer-rule.ts";

const layersOf = (group: Group, consumers: boolean): readonly string[] => [
  ...new Set(group.slices.filter(({ role }) => consumesUnits(role) === consumers).map(({ layer }) => layer)),
];

/** One line per group: its units, the layers they belong to, the layers that consume them; then the pinned channels. */
export function describeGraph(graph: DependencyGraph): string {
  const units = graph.groups.reduce((n, { unitCount }) => n + unitCount, 0);
  const lines = [`${graph.groups.length} ${graph.groups.length === 1 ? "group" : "groups"}, ${units} units`];
  for (const group of graph.groups) {
    const producers = layersOf(group, false).join(", ");
    lines.push(
      `  ${group.id}: ${group.unitCount} units in ${producers} -> ${layersOf(group, true).join(", ")}`,
    );
  }
  const pinned = mergePinned(graph.pinned);
  if (pinned.length > 0) lines.push("pinned (never removed)");
  for (const { layer, className, reason, channelCount } of pinned) {
    lines.push(`  ${layer} (${className}): ${channelCount} channels, ${reason}`);
  }
  return lines.join("\n");
}

/** A Mermaid flowchart: layers that own a group's units, the group, and the layers that consume it. */
export function toMermaid(graph: DependencyGraph): string {
  const names = new Map<string, string>();
  const node = (layer: string): string => {
    const id = names.get(layer) ?? `l${names.size}`;
    names.set(layer, id);
    return id;
  };
  const edges = graph.groups.flatMap((group, i) => [
    `  g${i}{{"${quoted(group.id)}: ${group.unitCount} units"}}`,
    ...layersOf(group, false).map((layer) => `  ${node(layer)} --> g${i}`),
    ...layersOf(group, true).map((layer) => `  g${i} --> ${node(layer)}`),
  ]);
  const nodes = [...names].map(([layer, id]) => `  ${id}["${quoted(layer)}"]`);
  return ["flowchart LR", ...nodes, ...edges].join("\n");
}

/** Each reason once per layer. Model inputs and outputs, which are always pinned, come last. */
function mergePinned(pinned: readonly PinnedChannels[]): readonly PinnedChannels[] {
  const expected = (pin: PinnedChannels): number => Number(pin.reason.startsWith("model "));
  const unique = new Map(pinned.map((pin) => [`${pin.layer}|${pin.reason}`, pin]));
  return [...unique.values()].sort((a, b) => expected(a) - expected(b));
}

const quoted = (text: string): string => text.replaceAll('"', "#quot;");
