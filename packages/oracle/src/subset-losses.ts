/**
 * The combinatorial oracle: the loss without each subset of a group's units, which gives the best k units to remove
 * (Molchanov et al., CVPR 2019, arXiv 1906.10771: LeNet3's first layer, 2^16 subsets).
 */
import type { DependencyGraph, GroupId } from "@secateur/dependency-graph";
import type { Batches } from "@secateur/training";
import { type AblationOptions, ablationLosses } from "./ablation-losses.ts";
import { OracleError } from "./errors.ts";

/** 2^20 subsets take a million forward passes. */
const maxUnits = 20;

export interface SubsetOptions extends AblationOptions {
  /** Number of the first subset to measure, to continue an interrupted run. Default 0. */
  readonly from?: number;
  /** Subsets per result. Default 1024. */
  readonly chunk?: number;
}

export interface SubsetLosses {
  /** Number of the first of these subsets. Bit i of a subset's number is 1 if unit i is removed. */
  readonly from: number;
  /** The mean loss without each subset. */
  readonly losses: Float64Array;
}

/**
 * Yields the losses of all subsets in the order of their numbers, chunk by chunk.
 *
 * @param batches - Returns the same minibatches at every call; they are disposed.
 * @throws OracleError for a group that the graph does not have, or one of more than 20 units; and as `lossChanges`.
 *
 * @example for await (const { from, losses } of subsetLosses(graph, "conv1", () => batches(images, { batchSize: 128 }))) …
 */
export async function* subsetLosses(
  { model, groups }: DependencyGraph,
  id: GroupId,
  batches: () => Batches,
  { from = 0, chunk = 1024, ...options }: SubsetOptions = {},
): AsyncGenerator<SubsetLosses> {
  const group = groups.find((each) => each.id === id);
  if (group === undefined)
    throw new OracleError(`the graph has no group "${id}": pass an id from graph.groups`);
  if (group.unitCount > maxUnits) {
    throw new OracleError(
      `group "${id}" has ${group.unitCount} units, 2^${group.unitCount} subsets: pass a group of at most ${maxUnits} units`,
    );
  }
  const end = 2 ** group.unitCount;
  for (let first = from; first < end; first += chunk) {
    const ablations = Array.from({ length: Math.min(chunk, end - first) }, (_, i) => unitsIn(first + i));
    const { loss, changes } = await ablationLosses(model, group, batches(), ablations, options);
    yield { from: first, losses: changes.map((change) => loss + change) };
  }
}

/** The units whose bits are 1. */
function unitsIn(subset: number): readonly number[] {
  const units: number[] = [];
  for (let unit = 0; 2 ** unit <= subset; unit++) if ((subset >> unit) % 2 === 1) units.push(unit);
  return units;
}
