/**
 * The combinatorial oracle: the loss without each subset of one group's units, so that the best k of them to remove are
 * known and not guessed (Molchanov et al., CVPR 2019, arXiv 1906.10771: LeNet3's first layer, 2^16 subsets).
 */
import type { DependencyGraph, GroupId } from "@secateur/dependency-graph";
import type { Batches } from "@secateur/training";
import { OracleError } from "./errors.ts";
import { type SettingOptions, settingLosses } from "./setting-losses.ts";

/** 2^20 subsets are a million passes. */
const mostUnits = 20;

export interface SubsetOptions extends SettingOptions {
  /** Number of the first subset to measure, where an interrupted run stopped. Default 0. */
  readonly from?: number;
  /** Subsets between two results. Default 1024. */
  readonly chunk?: number;
}

export interface SubsetLosses {
  /** The number of the first of these subsets: bit i says that unit i is removed. */
  readonly from: number;
  /** The mean loss without each. */
  readonly losses: Float64Array;
}

/**
 * All subsets by number, chunk by chunk.
 *
 * @param batches gives the same minibatches at every call; they are disposed.
 * @throws OracleError for a group that the graph does not have, or one of more than 20 units.
 */
export async function* subsetLosses(
  { model, groups }: DependencyGraph,
  id: GroupId,
  batches: () => Batches,
  { from = 0, chunk = 1024, ...options }: SubsetOptions = {},
): AsyncGenerator<SubsetLosses> {
  const group = groups.find((each) => each.id === id);
  if (group === undefined) throw new OracleError(`the graph has no group "${id}"`);
  if (group.unitCount > mostUnits) {
    const count = `2^${group.unitCount}`;
    throw new OracleError(`"${id}" has ${count} subsets of units: more than 2^${mostUnits} take too long`);
  }
  const end = 2 ** group.unitCount;
  for (let first = from; first < end; first += chunk) {
    const settings = Array.from({ length: Math.min(chunk, end - first) }, (_, i) => unitsIn(first + i));
    const { loss, changes } = await settingLosses(model, group, batches(), settings, options);
    yield { from: first, losses: changes.map((change) => loss + change) };
  }
}

/** The units whose bits are set. */
function unitsIn(subset: number): readonly number[] {
  const units: number[] = [];
  for (let unit = 0; 2 ** unit <= subset; unit++) if ((subset >> unit) % 2 === 1) units.push(unit);
  return units;
}
