/** Checks before an hour of training: the weights fit, the budget can be met, every criterion applies. */
import { CriterionNotApplicableError, scoreAll } from "@secateur/criteria";
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { selectUnits } from "@secateur/pruner";
import type { Batch } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { allCriteria, type CriterionFactories } from "../inputs/load-criteria.ts";
import { buildNetwork } from "../inputs/network.ts";
import { readWeights } from "../inputs/weights.ts";
import { budgetOf } from "./budget.ts";
import type { CompareConfig } from "./config.ts";
import type { Pinned } from "./results.ts";

/** The results hold the warnings about the scores of the images. */
const quiet = { onWarning: (): void => undefined };

export interface Setup {
  /** What is never pruned. */
  readonly pinned: readonly Pinned[];
  /** Those that apply. */
  readonly criteria: CriterionFactories;
  /** Why others are left out, by name. */
  readonly inapplicable: Readonly<Record<string, string>>;
}

/**
 * Scores two random images. Of "all" criteria, those that do not apply are left out.
 *
 * @throws what weights, budget or criteria throw.
 */
export async function checkSetup(config: CompareConfig, criteria: CriterionFactories): Promise<Setup> {
  const model = await buildNetwork(config, 0);
  if (config.weights !== null) readWeights(model, config.weights);
  const graph = buildDependencyGraph(model);
  const equalScores = new Map(graph.groups.map(({ id, unitCount }) => [id, new Float32Array(unitCount)]));
  selectUnits(graph, equalScores, budgetOf(config, Math.max(...config.ratios)), {}, quiet);
  const inapplicable = config.criteria.includes(allCriteria) ? await findInapplicable(graph, criteria) : {};
  const applicable = new Map([...criteria].filter(([name]) => !Object.hasOwn(inapplicable, name)));
  const all = [...applicable.values()].map((make) => make(0));
  await scoreAll(model, graph, all, [randomBatch(graph)], quiet);
  disposeModel(model);
  const reasons = new Map(
    graph.pinned.map(({ layer, reason }) => [`${layer}: ${reason}`, { layer, reason }]),
  );
  return { pinned: [...reasons.values()], criteria: applicable, inapplicable };
}

async function findInapplicable(
  graph: DependencyGraph,
  criteria: CriterionFactories,
): Promise<Record<string, string>> {
  const reasons: Record<string, string> = {};
  for (const [name, make] of criteria) {
    try {
      await scoreAll(graph.model, graph, [make(0)], [randomBatch(graph)], quiet);
    } catch (error) {
      if (!(error instanceof CriterionNotApplicableError)) throw error;
      reasons[name] = error.message;
    }
  }
  return reasons;
}

function randomBatch({ model }: DependencyGraph): Batch {
  const shape = [2, ...(model.inputs[0]?.shape ?? []).slice(1)] as [number, number, number, number];
  return { xs: tf.randomNormal(shape, 0, 1, "float32", 1), ys: tf.tensor1d([0, 1], "int32") };
}
