/**
 * Chooses how the budget is spread over the groups by trial: plans that weigh savings differently are carried out and refitted
 * on a part of the samples, and the one whose outputs are closest to the original's on other samples is taken.
 */
import { compensate, outputError, swapUnits } from "@secateur/compensation";
import type { Scores } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { applyPlan, type Plan } from "@secateur/surgery";
import { batchSize, disposeBatch, inputsOf, type UnlabelledBatches } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type { Budget } from "./budget.ts";
import { PrunerError } from "./errors.ts";
import { selectWeighing } from "./select-units.ts";
import type { Selection } from "./selection.ts";

export interface TrialOptions {
  readonly selection?: Selection;
  /** Whether units are swapped for others of their group, as `swapUnits`. Default true. */
  readonly swap?: boolean;
  /** Determines the sampled positions. Default 0. */
  readonly seed?: number;
}

/** Powers of what a unit saves by which scores are divided. */
const powers = [0.9, 1, 1.1, 1.2, 1.3] as const;

/** Examples that are fitted, and others that are compared. */
const examplesPerPart = 256;

/**
 * Disposes the samples.
 *
 * @param budget - In MACs or parameters.
 * @throws BudgetError where the selection leaves too little to remove.
 *
 * @example const plan = await selectByTrial(graph, scores, { macs: 0.5 }, [{ xs: images }]);
 */
export async function selectByTrial(
  graph: DependencyGraph,
  scores: Scores,
  budget: Budget,
  samples: UnlabelledBatches,
  { selection, swap = true, seed = 0 }: TrialOptions = {},
): Promise<Plan> {
  const [fitted, compared] = await twoParts(samples);
  try {
    let best: { readonly plan: Plan; readonly error: number } | null = null;
    const tried = new Set<string>();
    for (const power of powers) {
      const chosen = selectWeighing(graph, scores, budget, selection, power);
      if (tried.has(JSON.stringify(chosen))) continue;
      tried.add(JSON.stringify(chosen));
      const plan = swap ? await swapUnits(graph, chosen, copies(fitted), { seed }) : chosen;
      const error = await errorAfterRefit(graph, plan, fitted, compared, seed);
      if (best === null || error < best.error) best = { plan, error };
    }
    if (best === null) throw new PrunerError("no plan was tried");
    return best.plan;
  } finally {
    tf.dispose([fitted, compared].flat(2) as tf.Tensor[]);
  }
}

type Inputs = readonly (readonly tf.Tensor[])[];

async function errorAfterRefit(
  graph: DependencyGraph,
  plan: Plan,
  fitted: Inputs,
  compared: Inputs,
  seed: number,
): Promise<number> {
  const smaller = applyPlan(graph.model, plan, { graph });
  try {
    const { model } = await compensate(graph.model, smaller, plan, copies(fitted), { graph, seed });
    try {
      return await outputError(graph.model, model, compared);
    } finally {
      disposeModel(model);
    }
  } finally {
    disposeModel(smaller);
  }
}

const copies = (inputs: Inputs): { readonly xs: tf.Tensor[] }[] =>
  inputs.map((xs) => ({ xs: xs.map((x) => tf.clone(x)) }));

/** Halves of the first minibatches, until each part has `examplesPerPart`. */
async function twoParts(samples: UnlabelledBatches): Promise<readonly [Inputs, Inputs]> {
  const fitted: tf.Tensor[][] = [];
  const compared: tf.Tensor[][] = [];
  let count = 0;
  try {
    for await (const batch of samples) {
      const inputs = inputsOf(batch);
      const half = Math.floor(batchSize(batch) / 2);
      if (count < examplesPerPart && half > 0) {
        fitted.push(inputs.map((x) => tf.slice(x, 0, half)));
        compared.push(inputs.map((x) => tf.slice(x, half)));
      }
      count += half;
      disposeBatch(batch);
    }
    if (compared.length > 0) return [fitted, compared];
    throw new PrunerError(
      "trials need minibatches of two examples or more: some are fitted, others compared",
    );
  } catch (error) {
    tf.dispose([fitted, compared]);
    throw error;
  }
}
