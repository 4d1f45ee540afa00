/**
 * Chooses how the budget is spread over the groups by trial: plans that weigh savings differently are carried out and refitted
 * on a part of the samples, and the one whose outputs are closest to the original's on other samples is taken.
 */
import {
  type CompensateOptions,
  checkCompensateOptions,
  compensate,
  outputError,
  swapUnits,
} from "@secateur/compensation";
import type { Scores } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel, type InputShape } from "@secateur/model-graph";
import { applyPlan, type Plan } from "@secateur/surgery";
import { batchSize, disposeBatch, inputsOf, type UnlabelledBatches } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { type Budget, isWeighed } from "./budget.ts";
import { checkFields, type Fields } from "./check-fields.ts";
import { BudgetError, PrunerError } from "./errors.ts";
import { selectWeighing } from "./select-units.ts";
import type { Selection } from "./selection.ts";

export interface TrialOptions {
  readonly selection?: Selection | undefined;
  /** Sizes of the inputs, as in `selectUnits`. */
  readonly inputShape?: InputShape | undefined;
  /** Whether units are swapped for others of their group, as `swapUnits`. Default true. */
  readonly swap?: boolean;
  /**
   * How every trial is refitted, as in `compensate`. `samples` is the most examples, of which one half is fitted and the other
   * compared; default 512.
   */
  readonly refit?: Pick<CompensateOptions, "methods" | "ridge" | "positions" | "samples">;
  /** Determines the sampled positions. Default 0. */
  readonly seed?: number;
}

const refitFields: Fields<NonNullable<TrialOptions["refit"]>> = {
  methods: true,
  ridge: true,
  positions: true,
  samples: true,
};
const fields: Fields<TrialOptions> = {
  selection: true,
  inputShape: true,
  swap: true,
  refit: true,
  seed: true,
};

/** Powers of what a unit saves by which scores are divided. */
const powers = [0.9, 1, 1.1, 1.2, 1.3] as const;

/** Examples that are fitted or compared, unless the options say otherwise. */
const defaultSamples = 512;

/**
 * Disposes the samples.
 *
 * @param budget - In MACs, parameters or bytes: with a budget in units there is one plan only.
 * @throws BudgetError for another budget, and where pinned channels or the selection leave too little to remove.
 *
 * @example const plan = await selectByTrial(graph, scores, { macs: 0.5 }, [{ xs: images }]);
 */
export async function selectByTrial(
  graph: DependencyGraph,
  scores: Scores,
  budget: Budget,
  samples: UnlabelledBatches,
  options: TrialOptions = {},
): Promise<Plan> {
  checkTrialOptions(budget, options);
  const { swap = true, refit = {}, seed = 0, ...request } = options;
  const { samples: limit = defaultSamples, ...settings } = refit;
  const [fitted, compared] = await twoParts(samples, limit);
  try {
    let best: { readonly plan: Plan; readonly error: number } | null = null;
    const tried = new Set<string>();
    for (const power of powers) {
      const chosen = selectWeighing(graph, scores, { ...request, budget }, power);
      if (tried.has(JSON.stringify(chosen))) continue;
      tried.add(JSON.stringify(chosen));
      const { methods: _, ...swapping } = settings;
      const plan = swap ? await swapUnits(graph, chosen, copies(fitted), { ...swapping, seed }) : chosen;
      const error = await errorAfterRefit(graph, plan, fitted, compared, { ...settings, seed });
      if (best === null || error < best.error) best = { plan, error };
    }
    if (best === null) throw new PrunerError("no plan was tried");
    return best.plan;
  } finally {
    tf.dispose([fitted, compared].flat(2) as tf.Tensor[]);
  }
}

function checkTrialOptions(budget: Budget, options: TrialOptions): void {
  checkFields("options", options, fields);
  checkFields("refit", options.refit ?? {}, refitFields);
  checkCompensateOptions(options.refit ?? {});
  if (isWeighed(budget)) return;
  throw new BudgetError(
    `budget ${JSON.stringify(budget)}: trials differ in how scores are weighed by what a unit saves, and units all count the ` +
      "same. Ask for a budget in macs, parameters or bytes, or leave trials out",
  );
}

type Inputs = readonly (readonly tf.Tensor[])[];

async function errorAfterRefit(
  graph: DependencyGraph,
  plan: Plan,
  fitted: Inputs,
  compared: Inputs,
  options: CompensateOptions,
): Promise<number> {
  const smaller = applyPlan(graph.model, plan, { graph });
  try {
    const { model } = await compensate(graph.model, smaller, plan, copies(fitted), { ...options, graph });
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

/** Halves of the first minibatches, until both parts together have `limit` examples. */
async function twoParts(samples: UnlabelledBatches, limit: number): Promise<readonly [Inputs, Inputs]> {
  const fitted: tf.Tensor[][] = [];
  const compared: tf.Tensor[][] = [];
  let count = 0;
  try {
    for await (const batch of samples) {
      const inputs = inputsOf(batch);
      const half = Math.floor(Math.min(batchSize(batch), limit - count) / 2);
      if (half > 0) {
        fitted.push(inputs.map((x) => tf.slice(x, 0, half)));
        compared.push(inputs.map((x) => tf.slice(x, half, half)));
      }
      count += 2 * Math.max(half, 0);
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
