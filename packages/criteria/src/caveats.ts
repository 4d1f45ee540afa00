/** What criteria have to say about a model before they score it. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { Criterion } from "./criterion.ts";
import { groupObserver } from "./observe/observe-group.ts";
import { observedNothing } from "./observe/observed.ts";

/** One sentence for each criterion whose score means nothing on some groups, naming the first of them. */
export function caveats(graph: DependencyGraph, criteria: readonly Criterion[]): readonly string[] {
  const observe = groupObserver(graph, observedNothing, 0);
  return criteria.flatMap((criterion) => {
    const { name, caveat } = criterion;
    const found = graph.groups.flatMap((group) => {
      const reason = caveat?.(observe(group, criterion)) ?? null;
      return reason === null ? [] : [{ id: group.id, reason }];
    });
    const [first] = found;
    if (first === undefined) return [];
    const more = found.length > 1 ? ` and ${found.length - 1} more groups` : "";
    return [`criterion "${name}" says nothing about "${first.id}"${more}: ${first.reason}`];
  });
}
