/** Before an hour of training: do the weights fit, can so much go, can every criterion score this, what is never pruned? */
import fs from "node:fs";
import { scoreAll } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { createModel, loadWeights, type ModelName, modelInfo } from "@secateur/models";
import { selectUnits } from "@secateur/pruner";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { UsageError } from "../cli/usage-error.ts";
import type { CriterionFactories } from "../inputs/load-criteria.ts";
import { budgetOf } from "./budget.ts";
import type { BenchConfig } from "./config.ts";
import type { Pinned } from "./results.ts";

/** Scores two random images. Throws what the weights, the budget or a criterion throw; returns what is pinned. */
export async function checkSetup(
  config: BenchConfig,
  criteria: CriterionFactories,
): Promise<readonly Pinned[]> {
  const name = config.model as ModelName;
  const model = createModel(name);
  if (config.weights !== null) readWeights(model, config.weights);
  const graph = buildDependencyGraph(model);
  const alike = new Map(graph.groups.map(({ id, unitCount }) => [id, new Float32Array(unitCount)]));
  selectUnits(graph, alike, budgetOf(config, Math.max(...config.ratios)));
  const images: [number, number, number, number] = [2, ...modelInfo(name).inputShape];
  const batch = { xs: tf.randomNormal(images, 0, 1, "float32", 1), ys: tf.tensor1d([0, 1], "int32") };
  const all = [...criteria.values()].map((make) => make(0));
  await scoreAll(model, graph, all, [batch], { onWarning: () => undefined });
  model.dispose();
  const reasons = new Map(
    graph.pinned.map(({ layer, reason }) => [`${layer}: ${reason}`, { layer, reason }]),
  );
  return [...reasons.values()];
}

/** Throws a sentence that names the file, whatever is wrong with it. */
export function readWeights(model: tfl.LayersModel, file: string): void {
  if (!fs.existsSync(file)) throw new UsageError(`There is no file ${file}, which --weights names.`);
  try {
    loadWeights(model, fs.readFileSync(file));
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
}
