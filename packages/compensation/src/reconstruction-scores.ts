/**
 * Scores of units by what their removal costs after a refit: the squared error that the layers reading a unit are left with
 * when their other inputs replace it as well as they can, `tr Wᵤᵀ [A⁻¹]ᵤᵤ⁻¹ Wᵤ`, A the second moments of the layer's inputs
 * plus a ridge (Hassibi and Stork 1992). Relative to the variance of each layer's output, and summed over the readers.
 */
import type { DependencyGraph, GroupId } from "@secateur/dependency-graph";
import type { UnlabelledBatches } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { checkCompensateOptions } from "./compensate.ts";
import { removalCost } from "./elimination.ts";
import { walkModel } from "./model-walk.ts";
import { inputsByUnit, readerProblem, requiredReaders } from "./readers.ts";
import { collectSamples } from "./samples.ts";
import type { SwapOptions } from "./swap-units.ts";

/**
 * Scores for `selectUnits`, one per unit. Needs no labels and no gradients. The model does not change; samples are disposed.
 *
 * @param samples - Minibatches of inputs, `{ xs }`.
 * @returns By group, `[units]`; 0 for a unit that the others replace exactly.
 * @throws CompensationError where a layer that reads units cannot be refitted.
 *
 * @example const plan = selectUnits(graph, await reconstructionScores(graph, [{ xs: images }]), { macs: 0.3 });
 */
export async function reconstructionScores(
  graph: DependencyGraph,
  samples: UnlabelledBatches,
  options: Omit<SwapOptions, "onGroup"> = {},
): Promise<ReadonlyMap<GroupId, Float32Array>> {
  checkCompensateOptions(options);
  const { samples: limit, ridge = 1e-3, positions, seed = 0 } = options;
  const readers = requiredReaders(graph);
  const minibatches = await collectSamples(graph.model, samples, limit);
  const walk = walkModel(graph.model, minibatches);
  const scores = new Map(graph.groups.map(({ id, unitCount }) => [id, new Float32Array(unitCount)]));
  try {
    for (const reader of readers) {
      walk.advance(reader.call);
      const problem = await readerProblem(graph.model, reader, walk, minibatches, { ridge, positions, seed });
      for (const read of reader.reads) {
        const blocks = await inputsByUnit(graph.model, reader.linear, read);
        const costs = blocks.map((block) => removalCost(problem, block) / problem.variance);
        const before = scores.get(read.group.id) ?? new Float32Array(costs.length);
        scores.set(
          read.group.id,
          before.map((score, unit) => score + Number(costs[unit])),
        );
      }
    }
    return scores;
  } finally {
    walk.dispose();
    tf.dispose(minibatches.flat());
  }
}
