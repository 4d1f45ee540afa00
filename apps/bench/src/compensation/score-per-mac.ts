/** Scores divided by the multiply-adds that a unit saves: the loss per saved multiply-add, for a budget of them. */
import type { Scores } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { remainingOf } from "@secateur/pruner";

/** Negative scores are multiplied instead: among units whose removal lowers the loss, the largest saving goes first. */
export function scorePerMac(graph: DependencyGraph, scores: Scores): Scores {
  const all = remainingOf(graph).amounts().macs;
  return new Map(
    graph.groups.map((group) => {
      const remaining = remainingOf(graph);
      remaining.remove(group, 1);
      const saved = Math.max(all - remaining.amounts().macs, 1) / all;
      const values = scores.get(group.id) ?? new Float32Array();
      return [group.id, values.map((score) => (score < 0 ? score * saved : score / saved))];
    }),
  );
}
