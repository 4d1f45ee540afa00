/** The scores of one minibatch, for any number of criteria, in one read from the engine. */
import type { DependencyGraph, GroupId } from "@secateur/dependency-graph";
import * as tf from "@tensorflow/tfjs-core";
import type { Criterion } from "./criterion.ts";
import { NonFiniteScoreError } from "./errors.ts";
import { type Gradients, groupObserver } from "./observe-group.ts";

/** One score a unit, on one scale over all groups. */
export type Scores = ReadonlyMap<GroupId, Float32Array>;

/** One minibatch's scores, by criterion name and group. `gradients` by weight name; null where no criterion reads them. */
export function scoreMinibatch(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  gradients: Gradients | null,
  minibatch: number,
): ReadonlyMap<string, Scores> {
  const pairs = criteria.flatMap((criterion) => graph.groups.map((group) => [criterion, group] as const));
  if (pairs.length === 0) return new Map(criteria.map(({ name }) => [name, new Map()]));
  const all = tf.tidy(() => {
    const observe = groupObserver(graph, gradients, minibatch);
    const scores = pairs.map(([criterion, group]) => {
      const values = criterion.score(observe(group, criterion.name));
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
