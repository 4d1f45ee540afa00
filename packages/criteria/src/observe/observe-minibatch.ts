/**
 * Compute what criteria ask for, each once. Part of it comes out of the training step that runs anyway (`stepNeeds`), the
 * rest takes passes of its own (`observeMore`).
 */
import type { DependencyGraph } from "@secateur/dependency-graph";
import {
  type Batch,
  forward,
  type GateSite,
  hessianVectorProduct,
  type LossAndGradients,
  logitMargins,
  lossAndGradients,
  type Mode,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type { Criterion } from "../criterion.ts";
import { CriterionNotApplicableError } from "../errors.ts";
import { allWeights, gateDirection, randomSigns } from "./directions.ts";
import { consumers, sources } from "./gate-sites.ts";
import type { Observation } from "./observation.ts";
import { type ByLayer, type Gradients, type Observed, observedNothing } from "./observed.ts";
import { seedOf } from "./seed-of.ts";

export interface ObserveOptions {
  /** Batch normalisation in the passes beside the training step: by batch ("train") or moving statistics ("eval"). */
  readonly mode: Mode;
  /** Number of the minibatch, from 0: with the seed it decides what is random. */
  readonly minibatch: number;
  readonly seed?: number;
}

/** Options for `trainStep`: what the step itself has to give. */
export interface StepNeeds {
  readonly gates: readonly GateSite[];
  readonly activations: readonly string[];
}

/** More passes back than this are refused: one for each class but one. */
const mostCompetitors = 127;

export function stepNeeds(graph: DependencyGraph, criteria: readonly Criterion[]): StepNeeds {
  const asks = asker(criteria);
  const outputs = asks("tensors") ? sources(graph, nameOf(criteria, "tensors")) : [];
  const inputs = consumers(graph);
  return {
    gates: [
      ...(asks("examples") ? inputs.map((layer) => ({ layer, at: "input" }) as const) : []),
      ...outputs.map((layer) => ({ layer, at: "output" }) as const),
    ],
    activations: asks("activations") ? inputs : [],
  };
}

/** The step for criteria alone, with nothing in it that none of them asks for; null where that is all of it. */
export function takeStep(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  batch: Batch,
  mode: Mode,
): LossAndGradients | null {
  const needs = stepNeeds(graph, criteria);
  if (asksForGradients(criteria)) return lossAndGradients(graph.model, batch, { mode, ...needs });
  if (needs.gates.length + needs.activations.length === 0) return null;
  return lossAndGradients(graph.model, batch, { mode, ...needs, weights: [] });
}

/**
 * @param step of `graph.model`, taken with `stepNeeds` or by `takeStep`; null where no criterion needs one.
 * @returns What it holds beyond `step` is the caller's to dispose (`disposeExtras`).
 */
export function observeMore(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  batch: Batch,
  step: LossAndGradients | null,
  options: ObserveOptions,
): Observed {
  const { gates } = stepNeeds(graph, criteria);
  const gatesAt = (side: GateSite["at"]): ByLayer<tf.Tensor2D> =>
    Object.fromEntries(
      gates.flatMap(({ layer, at }, i) => (at === side ? [[layer, step?.gates[i] as tf.Tensor2D]] : [])),
    );
  const asks = asker(criteria);
  return {
    ...observedNothing,
    ...(step !== null && asksForGradients(criteria) ? { gradients: step.gradients } : {}),
    ...(step !== null ? { activations: step.activations } : {}),
    inputGates: gatesAt("input"),
    outputGates: gatesAt("output"),
    hessianProducts: asks("hessian") ? productWithWeights(graph, batch, options) : null,
    hutchinson: asks("hutchinson") ? productWithSigns(graph, batch, options) : null,
    fisherGates: asks("fisher") ? gatesUnderDrawnLabels(graph, batch, options) : {},
    margins: asks("margins") ? margins(graph, criteria, batch, options) : null,
  };
}

function productWithWeights(graph: DependencyGraph, batch: Batch, { mode }: ObserveOptions): Gradients {
  const direction = allWeights(graph.model);
  const products = hessianVectorProduct(graph.model, batch, direction, { mode });
  tf.dispose(direction);
  return products;
}

function productWithSigns(
  graph: DependencyGraph,
  batch: Batch,
  { mode, minibatch, seed = 0 }: ObserveOptions,
): Observed["hutchinson"] {
  const signs = randomSigns(graph, `hutchinson/${seed}/${minibatch}`);
  const direction = gateDirection(graph, signs);
  const products = hessianVectorProduct(graph.model, batch, direction, { mode });
  tf.dispose(direction);
  return { signs, products };
}

/** A label from the predicted probabilities is the largest of the logits with Gumbel noise. */
function gatesUnderDrawnLabels(
  graph: DependencyGraph,
  { xs }: Batch,
  { mode, minibatch, seed = 0 }: ObserveOptions,
): ByLayer<tf.Tensor2D> {
  const layers = consumers(graph);
  const ys = tf.tidy(() => {
    const logits = forward(graph.model, xs, { mode });
    const random = seedOf(`fisher/${seed}/${minibatch}`);
    const uniform = tf.randomUniform(logits.shape, 1e-7, 1, "float32", random);
    return tf.argMax(tf.sub(logits, tf.log(tf.neg(tf.log(uniform)))), 1);
  });
  const gates = layers.map((layer) => ({ layer, at: "input" }) as const);
  const step = lossAndGradients(graph.model, { xs, ys }, { mode, weights: [], gates });
  tf.dispose([ys, step.loss, step.correct]);
  return Object.fromEntries(layers.map((layer, i) => [layer, step.gates[i] as tf.Tensor2D]));
}

function margins(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  batch: Batch,
  { mode }: ObserveOptions,
): Observed["margins"] {
  const layers = consumers(graph);
  const classes = Number(graph.model.outputs[0]?.shape.at(-1));
  const asked = criteria.filter(({ observes }) => observes === "margins");
  const competitors = Math.min(classes - 1, Math.max(...asked.map(({ competitors: count = 2 }) => count)));
  if (competitors > mostCompetitors) {
    const reason = `it takes a pass for each of ${competitors} classes; use "obd-fisher" or "obd-hutchinson"`;
    throw new CriterionNotApplicableError(nameOf(asked, "margins"), graph.groups[0]?.id ?? "", reason);
  }
  const gates = layers.map((layer) => ({ layer, at: "input" }) as const);
  const found = logitMargins(graph.model, batch, { gates, competitors, mode });
  const byLayer = Object.fromEntries(layers.map((layer, i) => [layer, found.gates[i] as tf.Tensor3D]));
  return { probabilities: found.probabilities, gates: byLayer };
}

const asker =
  (criteria: readonly Criterion[]) =>
  (kind: Observation): boolean =>
    criteria.some(({ observes }) => observes === kind);

const asksForGradients = (criteria: readonly Criterion[]): boolean =>
  asker(criteria)("gradients") || asker(criteria)("hessian");

const nameOf = (criteria: readonly Criterion[], kind: Observation): string =>
  criteria.find(({ observes }) => observes === kind)?.name ?? "";
