/** The indices of every weight axis that a plan keeps. */
import type { DependencyGraph, Slice } from "@secateur/dependency-graph";
import { modelGraph } from "@secateur/model-graph";
import { InvalidPlanError } from "./errors.ts";
import { checkPlan, type Plan, unitsToRemove } from "./plan.ts";

/** By weight path, then by axis: the indices that stay, ascending. Axes that lose nothing are left out. */
export type KeptIndices = ReadonlyMap<string, ReadonlyMap<number, Int32Array>>;

/** Throws `InvalidPlanError` where the plan does not fit the model, or would leave an axis of a weight empty. */
export function keptIndices(graph: DependencyGraph, plan: Plan): KeptIndices {
  checkPlan(graph, plan);
  const kept = new Map<string, ReadonlyMap<number, Int32Array>>();
  for (const [weight, axes] of removedIndices(graph, plan, () => true)) {
    const byAxis = [...axes].map(([axis, gone]) => [axis, indicesLeft(gone)] as const);
    if (byAxis.some(([, { length }]) => length === 0))
      throw new InvalidPlanError(
        `the plan leaves nothing of "${weight}": keep at least one unit of its layer`,
      );
    kept.set(weight, new Map(byAxis));
  }
  return kept;
}

const indicesLeft = (gone: Uint8Array): Int32Array =>
  Int32Array.from(gone.keys()).filter((index) => gone[index] === 0);

/** By weight path, then by axis: 1 at the indices of the plan's units, in the slices that `where` accepts. */
export function removedIndices(
  graph: DependencyGraph,
  plan: Plan,
  where: (slice: Slice) => boolean,
): ReadonlyMap<string, ReadonlyMap<number, Uint8Array>> {
  const shapes = modelGraph(graph.model).weights;
  const gone = new Map<string, Map<number, Uint8Array>>();
  for (const group of graph.groups) {
    const units = unitsToRemove(plan, group.id);
    for (const slice of units.length > 0 ? group.slices.filter(where) : []) {
      const axes = gone.get(slice.weight) ?? new Map<number, Uint8Array>();
      gone.set(slice.weight, axes);
      const mask = axes.get(slice.axis) ?? new Uint8Array(shapes.get(slice.weight)?.shape[slice.axis] ?? 0);
      axes.set(slice.axis, mask);
      mark(mask, slice, units);
    }
  }
  return gone;
}

function mark(mask: Uint8Array, { indices, indicesPerUnit }: Slice, units: readonly number[]): void {
  for (const unit of units) {
    for (const index of indices.subarray(unit * indicesPerUnit, (unit + 1) * indicesPerUnit)) mask[index] = 1;
  }
}
