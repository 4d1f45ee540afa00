/**
 * The greedy oracle: the change of the loss when one unit is removed, for every unit, by measuring it (the true importance
 * of Molchanov et al., CVPR 2019, arXiv 1906.10771). The unit is silenced at its consumers, which is what removal does.
 */
import type { DependencyGraph, GroupId } from "@secateur/dependency-graph";
import type { Batches } from "@secateur/training";
import { OracleError } from "./errors.ts";
import { type SettingOptions, settingLosses } from "./setting-losses.ts";

export interface LossChangeOptions extends SettingOptions {
  /** Groups to measure, for instance those that an interrupted run has not. Default: all. */
  readonly groups?: readonly GroupId[];
}

export interface GroupChanges {
  readonly group: GroupId;
  /** The mean loss with all units. */
  readonly loss: number;
  /** For each unit: the mean loss without it, less `loss`. Negative where the network is better off without. */
  readonly changes: Float64Array;
}

/**
 * Group by group; batch normalisation by its moving statistics. Every unit costs a pass through the layers behind it.
 *
 * @param batches gives the same minibatches at every call; they are disposed.
 *
 * @example for await (const { group, changes } of lossChanges(graph, () => batches(images, { batchSize: 128 }))) …
 */
export async function* lossChanges(
  { model, groups }: DependencyGraph,
  batches: () => Batches,
  options: LossChangeOptions = {},
): AsyncGenerator<GroupChanges> {
  const wanted = new Set(options.groups ?? groups.map(({ id }) => id));
  const unknown = [...wanted].find((id) => groups.every((group) => group.id !== id));
  if (unknown !== undefined) throw new OracleError(`the graph has no group "${unknown}"`);
  for (const group of groups) {
    if (!wanted.has(group.id)) continue;
    const settings = Array.from({ length: group.unitCount }, (_, unit) => [unit]);
    const { loss, changes } = await settingLosses(model, group, batches(), settings, options);
    yield { group: group.id, loss, changes };
  }
}
