/** Checks before an hour of training: the weights fit, the budget can be met, every criterion applies. */
import { scoreAll } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { createModel, modelInfo } from "@secateur/models";
import { selectUnits } from "@secateur/pruner";
import * as tf from "@tensorflow/tfjs-core";
import type { CriterionFactories } from "../inputs/load-criteria.ts";
import { readWeights } from "../inputs/weights.ts";
import { budgetOf } from "./budget.ts";
import type { CompareConfig } from "./config.ts";
import type { Pinned } from "./results.ts";

/** Scores two random images. @returns what is never pruned. @throws what weights, budget or criteria throw. */
export async function checkSetup(
  config: CompareConfig,
  criteria: CriterionFactories,
): Promise<readonly Pinned[]> {
  const model = createModel(config.model);
  if (config.weights !== null) readWeights(model, config.weights);
  const graph = buildDependencyGraph(model);
  const equalScores = new Map(graph.groups.map(({ id, unitCount }) => [id, new Float32Array(unitCount)]));
  selectUnits(graph, equalScores, budgetOf(config, Math.max(...config.ratios)));
  const images: [number, number, number, number] = [2, ...modelInfo(config.model).inputShape];
  const batch = { xs: tf.randomNormal(images, 0, 1, "float32", 1), ys: tf.tensor1d([0, 1], "int32") };
  const all = [...criteria.values()].map((make) => make(0));
  await scoreAll(model, graph, all, [batch], { onWarning: () => undefined });
  model.dispose();
  const reasons = new Map(
    graph.pinned.map(({ layer, reason }) => [`${layer}: ${reason}`, { layer, reason }]),
  );
  return [...reasons.values()];
}
