/** Warnings about groups on which a criterion's score is meaningless. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { type Criterion, labelOf } from "./criterion.ts";
import { CriterionError } from "./errors.ts";
import { nothingObserved } from "./group-scope.ts";
import { groupView } from "./score-minibatch.ts";

/** One sentence per criterion with such groups, naming the first of them. */
export function caveats(graph: DependencyGraph, criteria: readonly Criterion[]): readonly string[] {
  const unobserved = nothingObserved(graph);
  return criteria.flatMap((criterion) => {
    const label = labelOf(criterion);
    const meaningless = graph.groups.flatMap((group) => {
      const view = groupView(unobserved, group, label, []);
      const reason = asCriterionError(label, () => criterion.caveat?.(view) ?? null);
      return reason === null ? [] : [{ id: group.id, reason }];
    });
    const [first] = meaningless;
    if (first === undefined) return [];
    const more = meaningless.length > 1 ? ` and ${meaningless.length - 1} more groups` : "";
    return [`scores of criterion "${label}" are meaningless for group "${first.id}"${more}: ${first.reason}`];
  });
}

function asCriterionError<T>(criterion: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CriterionError(`criterion "${criterion}" fails in caveat(group): ${message}`, { cause: error });
  }
}
