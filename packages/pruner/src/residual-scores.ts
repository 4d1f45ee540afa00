/**
 * The curvature of the loss in gates on what a refit cannot rebuild (`residualGatesOf`): with J the slopes of an example's
 * logits, `mean_n Σ_c p_c J_c² - (Σ_c p_c J_c)²`, the second derivative of its cross-entropy under the network's own
 * prediction p. As optimal brain damage (LeCun, Denker and Solla 1989), for a removal that is followed by least squares.
 */
import { collectSamples, type ResidualGates, residualGates } from "@secateur/compensation";
import type { Scores } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { contributionSlopes, type UnlabelledBatches } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { notFinite } from "./errors.ts";

export interface ResidualScoreOptions {
  /** The most examples that are used. Default: as many whose activations fit into 1.5 GiB. */
  readonly samples?: number;
  /** Relative to the mean square of a layer's inputs, as in `compensate`. Default 1e-3. */
  readonly ridge?: number;
  /** Determines the sampled positions. Default 0. */
  readonly seed?: number;
}

/** Numbers in the residuals of the examples of one pass: 256 MiB. */
const numbersPerPass = 2 ** 26;

/**
 * Scores for `selectUnits`. Needs no labels. The model does not change; samples are disposed.
 *
 * @param samples - Minibatches of inputs, `{ xs }`.
 * @throws CompensationError where a layer that reads units cannot be refitted; TrainingError for a model without a softmax head.
 *
 * @example const plan = selectUnits(graph, await residualScores(graph, [{ xs: images }]), { macs: 0.3 });
 */
export async function residualScores(
  graph: DependencyGraph,
  samples: UnlabelledBatches,
  { samples: limit, ridge = 1e-3, seed = 0 }: ResidualScoreOptions = {},
): Promise<Scores> {
  const minibatches = await collectSamples(graph.model, samples, limit);
  let gates: readonly ResidualGates[] = [];
  try {
    gates = await residualGates(graph, minibatches, { ridge, seed });
    const scores = await curvatures(graph, gates, minibatches);
    checkFinite(graph, scores);
    return scores;
  } finally {
    for (const each of gates) each.dispose();
    tf.dispose(minibatches.flat());
  }
}

async function curvatures(
  { model, groups }: DependencyGraph,
  gates: readonly ResidualGates[],
  minibatches: readonly (readonly tf.Tensor[])[],
): Promise<Scores> {
  const scores = new Map(groups.map(({ id, unitCount }) => [id, new Float32Array(unitCount)]));
  const readGroups = [...new Set(gates.flatMap(({ reads }) => reads.map(({ group }) => group)))]; // others cost nothing
  const perExample = gates.reduce((n, { numbersPerExample }) => n + numbersPerExample, 0);
  const size = Math.max(1, Math.floor(numbersPerPass / perExample));
  const count = minibatches.reduce((n, [x]) => n + (x?.shape[0] ?? 0), 0);
  for (const xs of minibatches) {
    for (const part of parts(xs, size)) {
      const sums = summedCurvatures(model, part, gates, readGroups);
      try {
        for (const [i, id] of readGroups.entries()) {
          const own = scores.get(id) as Float32Array;
          const values = await (sums[i] as tf.Tensor).data();
          for (const [unit, value] of values.entries()) own[unit] = Number(own[unit]) + value / count;
        }
      } finally {
        tf.dispose(sums);
      }
    }
  }
  return scores;
}

/** Minibatches of at most `size` examples; each is disposed after use. */
function* parts(xs: readonly tf.Tensor[], size: number): Generator<readonly tf.Tensor[]> {
  const examples = xs[0]?.shape[0] ?? 0;
  for (let from = 0; from < examples; from += size) {
    const part = xs.map((x) => tf.slice(x, from, Math.min(size, examples - from)));
    try {
      yield part;
    } finally {
      tf.dispose(part);
    }
  }
}

/** By group, `[units]`: summed over the examples. */
function summedCurvatures(
  model: tfl.LayersModel,
  xs: readonly tf.Tensor[],
  gates: readonly ResidualGates[],
  groups: readonly string[],
): tf.Tensor1D[] {
  return tf.tidy(() => {
    const { logits, slopes } = contributionSlopes(
      model,
      xs,
      gates.map((each) => each.gates),
    );
    const p = tf.softmax(logits);
    return groups.map((id) => tf.tidy(() => summedCurvature(p, unitSlopes(id, gates, slopes))));
  });
}

/** @throws PrunerError for scores that are not finite. */
function checkFinite({ model }: DependencyGraph, scores: Scores): void {
  for (const values of scores.values()) if (!values.every(Number.isFinite)) throw notFinite(model);
}

/** Slopes in the gates of a group's units, over all layers that read them, `[classes, batch, units]`. */
function unitSlopes(
  group: string,
  gates: readonly ResidualGates[],
  slopes: readonly tf.Tensor3D[],
): tf.Tensor3D {
  const terms = gates.flatMap(({ reads }, i) =>
    reads
      .filter((read) => read.group === group)
      .map(({ blocks }) => {
        const perUnit = blocks[0]?.length ?? 0;
        const indices = Int32Array.from(blocks.flatMap((block) => [...block]));
        const own = tf.gather(slopes[i] as tf.Tensor3D, tf.tensor1d(indices, "int32"), 2);
        const [classes, batch] = own.shape;
        return tf.sum<tf.Tensor3D>(tf.reshape(own, [classes, batch, -1, perUnit]), 3);
      }),
  );
  return tf.addN(terms);
}

/** Σ_n of the variance of the slopes under the prediction, `[units]`. @param p - `[batch, classes]` */
function summedCurvature(p: tf.Tensor, slopes: tf.Tensor3D): tf.Tensor1D {
  const weights = tf.expandDims(tf.transpose(p), 2); // [classes, batch, 1]
  const mean = tf.sum(tf.mul(weights, slopes), 0, true);
  return tf.sum(tf.mul(weights, tf.squaredDifference(slopes, mean)), [0, 1]);
}
