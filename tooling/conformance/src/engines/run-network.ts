/** What the current engine makes of a network: scores, a plan, its proof, gradients and a step. Reads nothing synchronously. */
import { formulaImages, inPyTorchOrder, pyTorchName } from "@repo/testing/formula-weights";
import { criteria, score } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { selectUnits } from "@secateur/pruner";
import { applyPlan, type Plan, verifyPlan } from "@secateur/surgery";
import { type Batch, lossAndGradients, sgd, trainStep } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type EngineNetwork, engineNetwork } from "./engine-networks.ts";

/** Plain JSON, as it comes from a browser. Tables are by PyTorch's names of weights, or by group. */
export interface NetworkResult {
  /** Before a step, and after it. */
  readonly losses: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly scores: Readonly<Record<string, readonly number[]>>;
  /** A third of the units, by group. */
  readonly plan: Plan["remove"];
  /** Of the proof that the smaller network computes what the original does without those units. */
  readonly relativeError: number;
}

export async function runNetwork(name: EngineNetwork, phase: number): Promise<NetworkResult> {
  const model = engineNetwork(name);
  const batch = (): Batch => ({ xs: formulaImages(phase), ys: tf.tensor1d([0, 1, 2, 3], "int32") });
  try {
    const graph = buildDependencyGraph(model);
    const scores = await score(model, graph, criteria.taylorGate(), [batch()]);
    const plan = selectUnits(graph, scores, { units: 1 / 3 });
    const smaller = applyPlan(model, plan, { graph });
    const { relativeError } = await verifyPlan(model, plan, { graph, smaller });
    disposeModel(smaller);
    const gradients = await gradientsOf(model, batch());
    const optimizer = sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3 });
    const losses: number[] = [];
    for (let step = 0; step < 2; step++)
      losses.push((await trainStep(model, optimizer, batch(), { step })).loss);
    optimizer.dispose();
    const table = [...scores].map(([group, values]) => [group, [...values]] as const);
    return { losses, gradients, scores: Object.fromEntries(table), plan: plan.remove, relativeError };
  } finally {
    disposeModel(model);
  }
}

async function gradientsOf(model: tfl.LayersModel, batch: Batch): Promise<NetworkResult["gradients"]> {
  const { gradients, ...rest } = lossAndGradients(model, batch);
  const table = await Promise.all(
    Object.entries(gradients).map(
      async ([path, gradient]) => [pyTorchName(path), [...(await inPyTorchOrder(path, gradient))]] as const,
    ),
  );
  tf.dispose([batch.xs, batch.ys, gradients, { ...rest }] as tf.TensorContainer);
  return Object.fromEntries(table);
}
