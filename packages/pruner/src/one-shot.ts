/** One-shot pruning: score once, remove everything at once, verify. */
import { type Criterion, score } from "@secateur/criteria";
import { buildDependencyGraph, type LayerRules, layerRules } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { applyPlan, type Plan, verifyPlan } from "@secateur/surgery";
import type { Batches, LossOption } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Budget } from "./budget.ts";
import { selectUnits } from "./select-units.ts";

export interface OneShotOptions {
  readonly criterion: Criterion;
  /** Minibatches to score on; disposed after use. */
  readonly batches: Batches;
  readonly budget: Budget;
  /** Channels that every layer keeps. Default 1. */
  readonly floor?: number;
  /** Batch normalisation while scoring: by the minibatch's statistics or the moving ones. Default "train". */
  readonly mode?: "train" | "eval";
  /** Decides what the criterion draws at random: labels and directions. Default 0. */
  readonly seed?: number;
  /** Rules for layer classes of your own, as in `buildDependencyGraph`. */
  readonly rules?: LayerRules;
  /** Default: softmax cross-entropy. A model of several outputs takes a list of one loss per output. */
  readonly loss?: LossOption;
  /** Compare the result with the silenced model. Default true. */
  readonly verify?: boolean;
}

/**
 * A smaller model and the plan that led to it. The input model is left alone; fine-tune the result with `fit`.
 *
 * @example const { model: smaller } = await pruneOnce(model, { criterion: criteria.taylorGate(), batches, budget: { macs: 0.5 } });
 */
export async function pruneOnce(
  model: tfl.LayersModel,
  {
    criterion,
    batches,
    budget,
    floor = 1,
    mode = "train",
    seed = 0,
    rules = layerRules,
    verify = true,
    loss,
  }: OneShotOptions,
): Promise<{ readonly model: tfl.LayersModel; readonly plan: Plan }> {
  const graph = buildDependencyGraph(model, { rules });
  const options = { mode, seed, ...(loss === undefined ? {} : { loss }) };
  const scores = await score(model, graph, criterion, batches, options);
  const plan = selectUnits(graph, scores, budget, { floor });
  const smaller = applyPlan(model, plan, { graph });
  try {
    if (verify) await verifyPlan(model, plan, { graph, smaller });
  } catch (error) {
    disposeModel(smaller);
    throw error;
  }
  return { model: smaller, plan };
}
