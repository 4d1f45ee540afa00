/** The layers that consume units. Removing a unit is equivalent to closing a gate on their inputs. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { GateSite } from "@secateur/training";

/** Paths of the consumers, each once. */
export function consumers({ groups }: Pick<DependencyGraph, "groups">): readonly string[] {
  const slices = groups.flatMap((group) => group.slices.filter(({ role }) => role === "input"));
  return [...new Set(slices.map(({ layer }) => layer))];
}

export function inputGate(layer: string): GateSite {
  return { layer, at: "input" };
}

/** Gates on the inputs of all consumers. */
export function consumerGates(graph: DependencyGraph): readonly GateSite[] {
  return consumers(graph).map(inputGate);
}
