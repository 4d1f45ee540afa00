/**
 * A model's configuration in which every number that counts channels (`filters`, `units`, `batchInputShape` …) is lowered by
 * the number of removed channels.
 */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { type Config, layerConfigs } from "@secateur/model-graph";
import { SurgeryError } from "./errors.ts";
import { type Plan, unitsToRemove } from "./plan.ts";

export function shrunkConfig(graph: DependencyGraph, plan: Plan): Config {
  const config = structuredClone(graph.model.getConfig());
  const layers = layerConfigs(config);
  for (const group of graph.groups) {
    const units = unitsToRemove(plan, group.id);
    for (const { layer, path, perUnit } of group.counts) {
      const removed = units.reduce((sum, unit) => sum + Number(perUnit[unit]), 0);
      if (removed > 0) lower(layers.get(layer), path, removed);
    }
  }
  return config;
}

function lower(config: unknown, path: readonly (string | number)[], removed: number): void {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], config);
  const last = path.at(-1) ?? "";
  const entry = parent as Record<string | number, unknown>;
  const count = entry[last];
  if (count === -1 || count === null) return; // tfjs infers it
  if (typeof count !== "number")
    throw new SurgeryError(`a layer rule names ${path.join(".")} as a count of channels, which is ${count}`);
  entry[last] = count - removed;
}
