/** The layers that consume units, which is where removal silences them. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { GateSite } from "@secateur/training";

/** Paths, each once. */
export function consumers({ groups }: Pick<DependencyGraph, "groups">): readonly string[] {
  const slices = groups.flatMap((group) => group.slices.filter(({ role }) => role === "input"));
  return [...new Set(slices.map(({ layer }) => layer))];
}

export const inputGate = (layer: string): GateSite => ({ layer, at: "input" });

/** Gates on all consumers' inputs. */
export function consumerGates(graph: DependencyGraph): readonly GateSite[] {
  return consumers(graph).map(inputGate);
}
