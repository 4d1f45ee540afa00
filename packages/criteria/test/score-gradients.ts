/** Scores from observations that a test provides. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { LossAndGradients } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type { Criterion, Scores } from "../src/index.ts";
import { scoreObserved } from "../src/score-minibatch.ts";

interface Made {
  readonly step?: Partial<LossAndGradients> | null;
  /** Results of passes, by observation name. */
  readonly results?: Readonly<Record<string, unknown>>;
  readonly minibatch?: number;
}

export async function scoreMade(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  { step = {}, results = {}, minibatch = 0 }: Made,
): Promise<ReadonlyMap<string, Scores>> {
  const none = { loss: tf.scalar(0), correct: tf.scalar(0), gradients: {}, gates: {}, inputStatistics: {} };
  const observed = {
    graph,
    minibatch,
    step: step === null ? null : { ...none, ...step },
    results: new Map(Object.entries(results)),
    sums: new Map(),
  };
  try {
    return await scoreObserved(criteria, observed);
  } finally {
    tf.dispose([none.loss, none.correct]);
  }
}

export const scoreGradients = (
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  gradients: Readonly<Record<string, tf.Tensor>>,
  minibatch: number,
): Promise<ReadonlyMap<string, Scores>> => scoreMade(graph, criteria, { step: { gradients }, minibatch });
