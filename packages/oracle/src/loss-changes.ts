/**
 * The oracle: for every unit, the measured change of the loss when it is removed (the true importance of Molchanov et al.,
 * CVPR 2019, arXiv 1906.10771). The unit is silenced at its consumers, which is equivalent to removal.
 */
import type { DependencyGraph, GroupId } from "@secateur/dependency-graph";
import type { Batches } from "@secateur/training";
import { type AblationOptions, ablationLosses } from "./ablation-losses.ts";
import { OracleError } from "./errors.ts";

export interface LossChangeOptions extends AblationOptions {
  /** Groups to measure, for instance those that an interrupted run has left. Default: all. */
  readonly groups?: readonly GroupId[];
}

export interface GroupChanges {
  readonly group: GroupId;
  /** The mean loss with all units. */
  readonly loss: number;
  /** For each unit, the mean loss without it minus `loss`. Negative where the removal lowers the loss. */
  readonly changes: Float64Array;
}

/**
 * Yields one result per group. Batch normalisation uses its moving averages. Each unit costs a forward pass through the
 * layers from its first consumer on.
 *
 * @param batches - Returns the same minibatches at every call; they are disposed.
 * @throws OracleError for a group that the graph does not have, if there are no batches, or where a loss is not finite.
 *
 * @example for await (const { group, changes } of lossChanges(graph, () => batches(images, { batchSize: 128 }))) …
 */
export async function* lossChanges(
  { model, groups }: DependencyGraph,
  batches: () => Batches,
  options: LossChangeOptions = {},
): AsyncGenerator<GroupChanges> {
  const requested = new Set(options.groups ?? groups.map(({ id }) => id));
  const unknown = [...requested].find((id) => groups.every((group) => group.id !== id));
  if (unknown !== undefined)
    throw new OracleError(`the graph has no group "${unknown}": pass ids from graph.groups`);
  for (const group of groups) {
    if (!requested.has(group.id)) continue;
    const ablations = Array.from({ length: group.unitCount }, (_, unit) => [unit]);
    const { loss, changes } = await ablationLosses(model, group, batches(), ablations, options);
    yield { group: group.id, loss, changes };
  }
}
