/** A dependency graph as JSON. */
import type { DependencyGraph, Group } from "@secateur/dependency-graph";
import type { PinnedLayer } from "../prune/result.ts";
import { pinnedLayers } from "../prune/widths.ts";

export interface GroupJson {
  readonly id: string;
  readonly units: number;
  /** Layers whose kernels produce the units. */
  readonly producers: readonly string[];
  /** Layers without a kernel of their own that hold weights of the units, such as batch normalisation. */
  readonly carriers: readonly string[];
  readonly consumers: readonly string[];
}

export interface GraphJson {
  readonly model: string;
  readonly fingerprint: string;
  readonly groups: readonly GroupJson[];
  readonly pinned: readonly PinnedLayer[];
}

export function graphJson(graph: DependencyGraph): GraphJson {
  const { model, fingerprint, groups } = graph;
  return { model: model.name, fingerprint, groups: groups.map(groupJson), pinned: pinnedLayers(graph) };
}

function groupJson({ id, unitCount, slices }: Group): GroupJson {
  const layersWith = (isRole: (role: string) => boolean): readonly string[] => [
    ...new Set(slices.filter(({ role }) => isRole(role)).map(({ layer }) => layer)),
  ];
  const producers = layersWith((role) => role === "kernel");
  const consumers = layersWith((role) => role === "input");
  const others = layersWith((role) => role !== "kernel" && role !== "input");
  const carriers = others.filter((layer) => !producers.includes(layer));
  return { id, units: unitCount, producers, carriers, consumers };
}
