/** For every weight axis, the indices that remain after a plan. */
import type { DependencyGraph, Slice } from "@secateur/dependency-graph";
import { modelGraph } from "@secateur/model-graph";
import { InvalidPlanError } from "./errors.ts";
import { checkPlan, type Plan, unitsToRemove } from "./plan.ts";

/** By weight path, then by axis: the kept indices, ascending. Axes without removed indices are omitted. */
export type KeptIndices = ReadonlyMap<string, ReadonlyMap<number, Int32Array>>;

/** @throws InvalidPlanError if the plan does not fit the model, or would leave an axis of a weight empty. */
export function keptIndices(graph: DependencyGraph, plan: Plan): KeptIndices {
  checkPlan(graph, plan);
  const kept = new Map<string, ReadonlyMap<number, Int32Array>>();
  for (const [weight, axes] of removedIndices(graph, plan, () => true)) {
    const byAxis = [...axes].map(([axis, removed]) => [axis, unmarkedIndices(removed)] as const);
    const empty = byAxis.find(([, { length }]) => length === 0);
    if (empty !== undefined) {
      throw new InvalidPlanError(
        `the plan removes every index of axis ${empty[0]} of "${weight}": keep at least one unit there`,
      );
    }
    kept.set(weight, new Map(byAxis));
  }
  return kept;
}

const unmarkedIndices = (mask: Uint8Array): Int32Array =>
  Int32Array.from(mask.keys()).filter((index) => mask[index] === 0);

/** By weight path, then by axis: a mask with 1 at the indices of removed units, for the slices that `includes` accepts. */
export function removedIndices(
  graph: DependencyGraph,
  plan: Plan,
  includes: (slice: Slice) => boolean,
): ReadonlyMap<string, ReadonlyMap<number, Uint8Array>> {
  const weights = modelGraph(graph.model).weights;
  const masks = new Map<string, Map<number, Uint8Array>>();
  for (const group of graph.groups) {
    const units = unitsToRemove(plan, group.id);
    for (const slice of units.length > 0 ? group.slices.filter(includes) : []) {
      const axes = masks.get(slice.weight) ?? new Map<number, Uint8Array>();
      masks.set(slice.weight, axes);
      const mask = axes.get(slice.axis) ?? new Uint8Array(weights.get(slice.weight)?.shape[slice.axis] ?? 0);
      axes.set(slice.axis, mask);
      mark(mask, slice, units);
    }
  }
  return masks;
}

function mark(mask: Uint8Array, { indices, indicesPerUnit }: Slice, units: readonly number[]): void {
  for (const unit of units) {
    for (const index of indices.subarray(unit * indicesPerUnit, (unit + 1) * indicesPerUnit)) mask[index] = 1;
  }
}
