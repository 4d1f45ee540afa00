/** What a plan leaves of every weight: the positions that stay, axis by axis. */
import type { DependencyGraph, Slice } from "@secateur/dependency-graph";
import { InvalidPlanError } from "./errors.ts";
import { checkPlan, type Plan } from "./plan.ts";

/** By weight name, then by axis: the positions that stay, ascending. Axes that lose nothing are left out. */
export type KeptPositions = ReadonlyMap<string, ReadonlyMap<number, Int32Array>>;

/** Throws `InvalidPlanError` when the plan does not fit the model, or would leave a weight with nothing. */
export function keptPositions(graph: DependencyGraph, plan: Plan): KeptPositions {
  checkPlan(graph, plan);
  const kept = new Map<string, ReadonlyMap<number, Int32Array>>();
  for (const [weight, axes] of removedPositions(graph, plan, () => true)) {
    const byAxis = [...axes].map(([axis, gone]) => [axis, positionsLeft(gone)] as const);
    if (byAxis.some(([, { length }]) => length === 0))
      throw new InvalidPlanError(
        `the plan leaves nothing of "${weight}": keep at least one unit of its layer`,
      );
    kept.set(weight, new Map(byAxis));
  }
  return kept;
}

const positionsLeft = (gone: Uint8Array): Int32Array =>
  Int32Array.from(gone.keys()).filter((position) => gone[position] === 0);

/** By weight name, then by axis: 1 at the positions of the plan's units, in the slices that `where` accepts. */
export function removedPositions(
  graph: DependencyGraph,
  plan: Plan,
  where: (slice: Slice) => boolean,
): ReadonlyMap<string, ReadonlyMap<number, Uint8Array>> {
  const shapes = new Map(graph.model.weights.map((weight) => [weight.originalName, weight.shape]));
  const gone = new Map<string, Map<number, Uint8Array>>();
  for (const group of graph.groups) {
    const units = plan.remove[group.id] ?? [];
    for (const slice of units.length > 0 ? group.slices.filter(where) : []) {
      const axes = gone.get(slice.weight) ?? new Map<number, Uint8Array>();
      gone.set(slice.weight, axes);
      const mask = axes.get(slice.axis) ?? new Uint8Array(shapes.get(slice.weight)?.[slice.axis] ?? 0);
      axes.set(slice.axis, mask);
      mark(mask, slice, units);
    }
  }
  return gone;
}

function mark(mask: Uint8Array, { positions, positionsPerUnit }: Slice, units: readonly number[]): void {
  for (const unit of units) {
    for (const position of positions.subarray(unit * positionsPerUnit, (unit + 1) * positionsPerUnit))
      mask[position] = 1;
  }
}
