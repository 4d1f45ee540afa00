/** Scores the units of a model by one or several criteria, averaged over minibatches. */
import { printWarning } from "@secateur/base";
import type { DependencyGraph } from "@secateur/dependency-graph";
import {
  batchSize,
  disposeBatch,
  type LossAndGradients,
  type LossOption,
  type Mode,
  ownLoss,
  type UnlabelledBatch,
  type UnlabelledBatches,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { caveats } from "./caveats.ts";
import type { Criterion } from "./criterion.ts";
import { equalScoresWarning } from "./equal-scores.ts";
import { CriterionError } from "./errors.ts";
import { nothingObserved } from "./group-scope.ts";
import type { ObserveOptions } from "./observation.ts";
import { scoringStep } from "./observe-minibatch.ts";
import {
  drawnTargetsWarning,
  requireScoresOnOwnTargets,
  type Targets,
  vanishingWarning,
  withTargets,
} from "./own-targets.ts";
import { scoreAverage } from "./score-average.ts";
import { checkNames, type Scores, scoreMinibatch, scoreObserved } from "./score-minibatch.ts";

export interface ScoreOptions {
  /** Batch normalisation by the minibatch's statistics ("train", as in the paper) or by moving averages. Default "train". */
  readonly mode?: Mode;
  /**
   * A model of several outputs takes a list of one loss per output. Default: cross-entropy behind softmax, binary cross-entropy
   * behind sigmoid; any other output needs a loss, and with targets "own" is a regression, mean squared error.
   */
  readonly loss?: LossOption | undefined;
  /**
   * Parts that each minibatch is computed in, as in `trainStep`: memory holds the activations of one. A score is that of the
   * whole minibatch: the mean gradient of all parts is squared, not the gradient of each. Default 1.
   */
  readonly microBatches?: number;
  /** Determines random labels and directions. Default 0. */
  readonly seed?: number;
  /**
   * "own": the network's own predictions instead of labels, by one more forward pass per minibatch, as `ownTargets`;
   * minibatches may be `{ xs }`. Default "labels".
   */
  readonly targets?: Targets;
  /** Called with each warning about a criterion and the model. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Scores every unit by one criterion. The model does not change; dropout is off. Batches are disposed.
 *
 * @throws CriterionNotApplicableError if the model lacks something that the criterion reads.
 * @throws NonFiniteScoreError if a score is NaN or infinite.
 * @throws CriterionError without batches or labels, or if the graph belongs to another model.
 *
 * @example const scores = await score(model, graph, criteria.taylorGate(), batches);
 */
export async function score(
  model: tfl.LayersModel,
  graph: DependencyGraph,
  criterion: Criterion,
  batches: UnlabelledBatches,
  options: ScoreOptions = {},
): Promise<Scores> {
  const all = await scoreAll(model, graph, [criterion], batches, options);
  return all.get(criterion.name) ?? new Map();
}

/** As `score`, for several criteria, whose observations are computed once. Returns scores by criterion name. */
export async function scoreAll(
  model: tfl.LayersModel,
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  batches: UnlabelledBatches,
  options: ScoreOptions = {},
): Promise<ReadonlyMap<string, Scores>> {
  const { mode = "train", seed = 0, loss: given, targets = "labels", microBatches = 1 } = options;
  const { onWarning = printWarning } = options;
  const loss = given ?? (targets === "own" ? ownLoss(model) : undefined);
  if (graph.model !== model)
    throw new CriterionError(
      "the graph belongs to another model: build one with buildDependencyGraph(model)",
    );
  checkNames(criteria);
  for (const warning of caveats(graph, criteria)) onWarning(warning);
  if (targets === "own") {
    requireScoresOnOwnTargets(graph, criteria, loss);
    const warning = drawnTargetsWarning(graph, criteria, loss);
    if (warning !== null) onWarning(warning);
  }
  const scores = await averageScores(graph, criteria, batches, {
    mode,
    seed,
    loss,
    targets,
    onWarning,
    microBatches,
  });
  for (const [name, ofUnits] of scores) {
    const warning = equalScoresWarning(name, ofUnits);
    if (warning !== null) onWarning(warning);
  }
  return scores;
}

type BatchOptions = Omit<ObserveOptions, "minibatch"> & Required<Pick<ScoreOptions, "targets" | "onWarning">>;

async function averageScores(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  batches: UnlabelledBatches,
  options: BatchOptions,
): Promise<ReadonlyMap<string, Scores>> {
  const averages = new Map(criteria.map(({ name }) => [name, scoreAverage()]));
  let minibatch = 0;
  for await (const batch of batches) {
    for (const [name, scores] of await scoreBatch(graph, criteria, batch, { ...options, minibatch }))
      averages.get(name)?.add(scores, batchSize(batch));
    minibatch++;
  }
  if (minibatch === 0) return scoreWithoutData(graph, criteria);
  return new Map([...averages].map(([name, average]) => [name, average.mean()]));
}

/** For criteria that read weights alone. */
async function scoreWithoutData(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
): Promise<ReadonlyMap<string, Scores>> {
  const needing = criteria.find(({ observes }) => observes.length > 0);
  if (needing !== undefined) {
    throw new CriterionError(
      `batches is empty: criterion "${needing.name}" needs at least one minibatch to score on`,
    );
  }
  return scoreObserved(criteria, nothingObserved(graph));
}

/** Disposes the batch. */
async function scoreBatch(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  unlabelled: UnlabelledBatch,
  { targets, onWarning, ...options }: BatchOptions & ObserveOptions,
): Promise<ReadonlyMap<string, Scores>> {
  let step: LossAndGradients | null = null;
  let batch = unlabelled;
  try {
    const labelled = withTargets(graph, unlabelled, { ...options, targets });
    batch = labelled;
    step = scoringStep(graph, criteria, labelled, options);
    const scores = await scoreMinibatch(graph, criteria, labelled, step, options);
    const warning =
      options.minibatch > 0 || targets === "own" ? null : await vanishingWarning(graph, criteria, labelled);
    if (warning !== null) onWarning(warning);
    return scores;
  } finally {
    tf.dispose({ ...step });
    disposeBatch(batch);
  }
}
