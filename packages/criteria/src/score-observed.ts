/** From what was observed in a minibatch to scores, for any number of criteria, in one read from the engine. */
import type { DependencyGraph, GroupId } from "@secateur/dependency-graph";
import * as tf from "@tensorflow/tfjs-core";
import type { Criterion } from "./criterion.ts";
import { NonFiniteScoreError } from "./errors.ts";
import { groupObserver } from "./observe/observe-group.ts";
import type { Observed } from "./observe/observed.ts";

/** One score a unit, on one scale over all groups. */
export type Scores = ReadonlyMap<GroupId, Float32Array>;

/** One minibatch's scores, by criterion name and group, from what `observeMore` gave. */
export function scoreObserved(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  observed: Observed,
  minibatch: number,
): ReadonlyMap<string, Scores> {
  const pairs = criteria.flatMap((criterion) => graph.groups.map((group) => [criterion, group] as const));
  if (pairs.length === 0) return new Map(criteria.map(({ name }) => [name, new Map()]));
  const all = tf.tidy(() => {
    const observe = groupObserver(graph, observed, minibatch);
    const scores = pairs.map(([criterion, group]) => {
      const values = criterion.score(observe(group, criterion));
      tf.util.assertShapesMatch(
        values.shape,
        [group.unitCount],
        `criterion "${criterion.name}", "${group.id}": `,
      );
      return values;
    });
    return tf.concat(scores).dataSync<"float32">(); // one read for all
  });
  const result = new Map(criteria.map(({ name }) => [name, new Map<GroupId, Float32Array>()]));
  let from = 0;
  for (const [{ name }, { id, unitCount }] of pairs) {
    const values = all.slice(from, from + unitCount);
    from += unitCount;
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new NonFiniteScoreError(name, id, bad, Number(values[bad]));
    result.get(name)?.set(id, values);
  }
  return result;
}
