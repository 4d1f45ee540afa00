/** Warnings of criteria about a model, before they score it. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { Criterion } from "./criterion.ts";
import { groupView } from "./group-view.ts";

/** One sentence for each criterion whose score means nothing on some groups, naming the first of them. */
export function caveats(graph: DependencyGraph, criteria: readonly Criterion[]): readonly string[] {
  const unobserved = { graph, minibatch: 0, step: null, results: new Map(), sums: new Map() };
  return criteria.flatMap(({ name, caveat }) => {
    const found = graph.groups.flatMap((group) => {
      const reason = caveat?.(groupView(unobserved, group, name, [])) ?? null;
      return reason === null ? [] : [{ id: group.id, reason }];
    });
    const [first] = found;
    if (first === undefined) return [];
    const more = found.length > 1 ? ` and ${found.length - 1} more groups` : "";
    return [`criterion "${name}" says nothing about "${first.id}"${more}: ${first.reason}`];
  });
}
