/** Before an hour of training: can every criterion score this network at all, and what will never be pruned? */
import { scoreAll } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { createModel, type ModelName } from "@secateur/models";
import * as tf from "@tensorflow/tfjs-core";
import type { BenchConfig } from "./config.ts";
import type { CriterionFactories } from "./load-criteria.ts";
import type { Pinned } from "./results.ts";

/** Scores the untrained network on two random images. Throws what the criterion throws; returns what is pinned. */
export async function checkCriteria(
  { model: name }: BenchConfig,
  criteria: CriterionFactories,
): Promise<readonly Pinned[]> {
  const model = createModel(name as ModelName);
  const graph = buildDependencyGraph(model);
  const batch = { xs: tf.randomNormal([2, 32, 32, 3], 0, 1, "float32", 1), ys: tf.tensor1d([0, 1], "int32") };
  const all = [...criteria.values()].map((make) => make(0));
  await scoreAll(model, graph, all, [batch], { onWarning: () => undefined });
  model.dispose();
  const reasons = new Map(
    graph.pinned.map(({ layer, reason }) => [`${layer}: ${reason}`, { layer, reason }]),
  );
  return [...reasons.values()];
}
