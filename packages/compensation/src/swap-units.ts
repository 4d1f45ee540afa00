/**
 * Chooses anew which units of each group go, so that the layer that reads them can be refitted best. How many go of each group
 * stays. Groups that several layers read keep their choice.
 */
import { consumesUnits, type DependencyGraph, type Group, type GroupId } from "@secateur/dependency-graph";
import { createPlan, type Plan, unitsToRemove } from "@secateur/surgery";
import type { UnlabelledBatches } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { checkCompensateOptions } from "./compensate.ts";
import { eliminate } from "./elimination.ts";
import { type ModelWalk, walkModel } from "./model-walk.ts";
import { inputsByUnit, readerProblem, readersOf } from "./readers.ts";
import { collectSamples } from "./samples.ts";

export interface SwapOptions {
  /** The most examples that are used. Default: as many whose activations fit into 1.5 GiB. */
  readonly samples?: number;
  /** As in `compensate`. Default 1e-3. */
  readonly ridge?: number;
  /** As in `compensate`. */
  readonly positions?: number;
  /** Determines the sampled positions. Default 0. */
  readonly seed?: number;
  /** Called after every group whose units were chosen anew. */
  readonly onGroup?: (group: GroupId, done: number, total: number) => void;
}

/** Layers with more inputs keep their units: the time grows with the cube. */
const mostInputs = 1200;

/**
 * A plan that removes as many units of every group as `plan`. The model does not change; the samples are disposed.
 *
 * @param graph - Of the original model.
 * @param samples - Minibatches of inputs, `{ xs }`.
 *
 * @example const better = await swapUnits(graph, selectUnits(graph, scores, { macs: 0.5 }), [{ xs: images }]);
 */
export async function swapUnits(
  graph: DependencyGraph,
  plan: Plan,
  samples: UnlabelledBatches,
  { onGroup, ...options }: SwapOptions = {},
): Promise<Plan> {
  checkCompensateOptions(options);
  const { samples: limit, ridge = 1e-3, positions, seed = 0 } = options;
  const readers = readersOf(graph)
    .filter(({ inputs }) => inputs <= mostInputs)
    .map((reader) => ({
      reader,
      chosen: reader.reads.filter(({ group }) => isOnlyReader(group) && count(plan, group) > 0),
    }));
  const total = readers.reduce((sum, { chosen }) => sum + chosen.length, 0);
  const minibatches = await collectSamples(graph.model, samples, limit);
  let walk: ModelWalk | null = null;
  const remove = new Map(graph.groups.map((group) => [group.id, unitsToRemove(plan, group.id)]));
  let done = 0;
  try {
    walk = walkModel(graph.model, minibatches);
    for (const { reader, chosen } of readers) {
      if (chosen.length === 0) continue;
      walk.advance(reader.call);
      const problem = await readerProblem(graph.model, reader, walk, minibatches, { ridge, positions, seed });
      for (const read of chosen) {
        const blocks = await inputsByUnit(graph.model, reader.linear, read);
        const gone = eliminate({ ...problem, blocks }, count(plan, read.group));
        if (gone.length === count(plan, read.group)) remove.set(read.group.id, gone);
        onGroup?.(read.group.id, ++done, total);
      }
    }
  } finally {
    walk?.dispose();
    tf.dispose(minibatches.flat());
  }
  return createPlan(graph, remove);
}

const count = (plan: Plan, { id }: Group): number => unitsToRemove(plan, id).length;

const isOnlyReader = ({ slices }: Group): boolean =>
  slices.filter(({ role }) => consumesUnits(role)).length === 1;
