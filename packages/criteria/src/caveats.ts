/** Warnings about groups on which a criterion's score is meaningless. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { Criterion } from "./criterion.ts";
import { nothingObserved } from "./group-scope.ts";
import { groupView } from "./group-view.ts";

/** One sentence per criterion with such groups, naming the first of them. */
export function caveats(graph: DependencyGraph, criteria: readonly Criterion[]): readonly string[] {
  const unobserved = nothingObserved(graph);
  return criteria.flatMap(({ name, caveat }) => {
    const meaningless = graph.groups.flatMap((group) => {
      const reason = caveat?.(groupView(unobserved, group, name, [])) ?? null;
      return reason === null ? [] : [{ id: group.id, reason }];
    });
    const [first] = meaningless;
    if (first === undefined) return [];
    const more = meaningless.length > 1 ? ` and ${meaningless.length - 1} more groups` : "";
    return [`scores of criterion "${name}" are meaningless for group "${first.id}"${more}: ${first.reason}`];
  });
}
