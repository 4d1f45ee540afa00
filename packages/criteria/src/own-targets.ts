/**
 * Scoring on the network's own predictions. Where the targets are the outputs themselves the loss is at a minimum: its first
 * derivatives, and every score of them, are 0.
 */
import { seedFromText } from "@secateur/base";
import type { DependencyGraph } from "@secateur/dependency-graph";
import {
  type Batch,
  type LossOption,
  outputsWithDrawnTargets,
  outputsWithoutGradient,
  ownTargets,
  targetsAreOutputs,
  type UnlabelledBatch,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type { Criterion } from "./criterion.ts";
import { CriterionError, CriterionNotApplicableError } from "./errors.ts";
import type { ObserveOptions } from "./observation.ts";
import { stepOptionsFor } from "./observe-minibatch.ts";

/** "labels": those of the minibatch. "own": the network's own predictions. */
export type Targets = "labels" | "own";

/** @throws CriterionNotApplicableError for a criterion whose scores on the network's own predictions would all be 0. */
export function requireScoresOnOwnTargets(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  loss: LossOption | undefined,
): void {
  const vanishing = criteria.find((criterion) => readsFirstDerivativesOnly(graph, criterion));
  if (vanishing === undefined) return;
  const [output] = outputsWithoutGradient(graph.model, loss);
  if (output === undefined) return;
  throw new CriterionNotApplicableError(
    vanishing.name,
    null,
    `with targets "own" the targets of output "${output}" are the output itself, where the loss has no gradient, and the ` +
      "criterion reads first derivatives only: give the loss a `sample`, pass labels, or use a criterion of curvature such as " +
      '"obd-hutchinson"',
  );
}

/**
 * The minibatch with targets; labels that are not used are disposed.
 *
 * @throws CriterionError for a minibatch without labels, unless `targets` is "own".
 */
export function withTargets(
  { model }: DependencyGraph,
  batch: UnlabelledBatch,
  { targets, loss, seed = 0, minibatch }: ObserveOptions & { readonly targets: Targets },
): Batch {
  const { xs, ys } = batch;
  if (targets === "own") {
    const own = ownTargets(model, batch, { loss, seed: seedFromText(`own/${seed}/${minibatch}`) });
    tf.dispose(ys);
    return { xs, ys: own };
  }
  if (ys !== undefined) return { xs, ys };
  throw new CriterionError(
    'a minibatch has no labels: pass { xs, ys }, or targets: "own" to score on the network\'s own predictions',
  );
}

/**
 * A sentence if targets "own" are random signs, for a regression, that a criterion reads through the gradient of a whole
 * minibatch; or null. One such gradient is one draw, whatever the number of examples.
 */
export function drawnTargetsWarning(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  loss: LossOption | undefined,
): string | null {
  const [output] = outputsWithDrawnTargets(graph.model, loss);
  const names = criteria
    .filter(
      (each) => readsFirstDerivativesOnly(graph, each) && stepOptionsFor(graph, [each]).weights.length > 0,
    )
    .map(({ name }) => `"${name}"`);
  if (output === undefined || names.length === 0) return null;
  return (
    `with targets "own" the targets of the regression "${output}" are drawn at random: scores of ${names.join(", ")} are as ` +
    'precise as the number of minibatches allows. Pass many small minibatches, or use "taylor-fg" or "obd-fisher", which ' +
    "are as precise as the number of examples allows"
  );
}

/** A sentence if first derivatives of the loss vanish on this minibatch because its labels are the network's outputs, or null. */
export async function vanishingWarning(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  batch: Batch,
): Promise<string | null> {
  const names = criteria
    .filter((criterion) => readsFirstDerivativesOnly(graph, criterion))
    .map(({ name }) => `"${name}"`);
  if (names.length === 0 || !(await targetsAreOutputs(graph.model, batch))) return null;
  return (
    `the labels are the network's own outputs, where the loss has no gradient: scores of ${names.join(", ")} are rounding ` +
    'errors around 0. Pass labels, or targets: "own" for the predicted classes, or a criterion of curvature such as "obd"'
  );
}

/** Whether the criterion reads gradients of the training step, and observes nothing that takes a pass of its own. */
function readsFirstDerivativesOnly(graph: DependencyGraph, criterion: Criterion): boolean {
  if (criterion.observes.some(({ pass }) => pass !== undefined)) return false;
  const { weights, gates } = stepOptionsFor(graph, [criterion]);
  return weights.length + gates.length > 0;
}
