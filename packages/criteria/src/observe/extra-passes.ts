/** What takes passes of its own beside a training step. What they give is the caller's to dispose. */

import { seedFromText } from "@secateur/base";
import type { DependencyGraph } from "@secateur/dependency-graph";
import {
  type Batch,
  forward,
  hessianVectorProduct,
  logitMargins,
  lossAndGradients,
  type Mode,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type { Criterion } from "../criterion.ts";
import { CriterionNotApplicableError } from "../errors.ts";
import { allWeights, gateDirection, randomSigns } from "./directions.ts";
import { consumers } from "./gate-sites.ts";
import type { Observation } from "./observation.ts";
import type { Gradients, Observed } from "./observed.ts";

export interface ObserveOptions {
  /** Batch normalisation in the passes beside the training step: by batch ("train") or moving statistics ("eval"). */
  readonly mode: Mode;
  /** Number of the minibatch, from 0: with the seed it decides what is random. */
  readonly minibatch: number;
  readonly seed?: number;
}

type ExtraPass = (
  graph: DependencyGraph,
  batch: Batch,
  options: ObserveOptions,
  criteria: readonly Criterion[],
) => Partial<Observed>;

/** More passes back than this are refused: one for each class but one. */
const mostCompetitors = 127;

export const extraPasses: Readonly<
  Record<Extract<Observation, "hessian" | "hutchinson" | "fisher" | "margins">, ExtraPass>
> = {
  hessian: (graph, batch, options) => ({
    hessianProducts: productWith(allWeights(graph.model), graph, batch, options),
  }),

  hutchinson: (graph, batch, options) => {
    const signs = randomSigns(graph, `hutchinson/${options.seed ?? 0}/${options.minibatch}`);
    const products = productWith(gateDirection(graph, signs), graph, batch, options);
    return { hutchinson: { signs, products } };
  },

  /** A label from the predicted probabilities is the largest of the logits with Gumbel noise. */
  fisher: (graph, { xs }, { mode, minibatch, seed = 0 }) => {
    const layers = consumers(graph);
    const ys = tf.tidy(() => {
      const logits = forward(graph.model, xs, { mode });
      const random = seedFromText(`fisher/${seed}/${minibatch}`);
      const uniform = tf.randomUniform(logits.shape, 1e-7, 1, "float32", random);
      return tf.argMax(tf.sub(logits, tf.log(tf.neg(tf.log(uniform)))), 1);
    });
    try {
      const step = lossAndGradients(graph.model, { xs, ys }, { mode, weights: [], gates: gatesOn(layers) });
      tf.dispose([step.loss, step.correct]);
      return { fisherGates: byName(layers, step.gates) };
    } finally {
      ys.dispose();
    }
  },

  margins: (graph, batch, { mode }, criteria) => {
    const layers = consumers(graph);
    const competitors = mostAsked(graph, criteria);
    const found = logitMargins(graph.model, batch, { gates: gatesOn(layers), competitors, mode });
    return {
      margins: { logProbabilities: found.logProbabilities, gates: byName(layers, found.gates) },
    };
  },
};

function productWith(
  direction: Gradients,
  graph: DependencyGraph,
  batch: Batch,
  { mode }: ObserveOptions,
): Gradients {
  try {
    return hessianVectorProduct(graph.model, batch, direction, { mode });
  } finally {
    tf.dispose(direction);
  }
}

/** The largest number of competitors that a criterion asks for. */
function mostAsked({ model, groups }: DependencyGraph, criteria: readonly Criterion[]): number {
  const wrongClasses = Number(model.outputs[0]?.shape.at(-1)) - 1;
  const asked = criteria.filter(({ observes }) => observes === "margins");
  const counts = asked.map(({ competitors = 2 }) => Math.min(competitors, wrongClasses));
  const most = Math.max(...counts);
  if (most <= mostCompetitors) return most;
  throw new CriterionNotApplicableError(
    asked[counts.indexOf(most)]?.name ?? "",
    groups[0]?.id ?? "",
    `it takes a pass for each of ${most} classes; follow fewer, or use "obd-fisher" or "obd-hutchinson"`,
  );
}

const gatesOn = (layers: readonly string[]): { readonly layer: string; readonly at: "input" }[] =>
  layers.map((layer) => ({ layer, at: "input" }));

const byName = <T extends tf.Tensor>(
  layers: readonly string[],
  tensors: readonly T[],
): Readonly<Record<string, T>> => Object.fromEntries(layers.map((layer, i) => [layer, tensors[i] as T]));
