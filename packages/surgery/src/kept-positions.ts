/** What a plan leaves of every weight: the positions that stay, axis by axis. */
import type { DependencyGraph, Slice } from "@secateur/dependency-graph";
import { InvalidPlanError } from "./errors.ts";
import { checkPlan, type Plan } from "./plan.ts";

/** By weight name, then by axis: the positions that stay, ascending. Axes that lose nothing are left out. */
export type KeptPositions = ReadonlyMap<string, ReadonlyMap<number, Int32Array>>;

/** Throws `InvalidPlanError` when the plan does not fit the model, or would leave a weight with nothing. */
export function keptPositions(graph: DependencyGraph, plan: Plan): KeptPositions {
  checkPlan(graph, plan);
  const gone = removedPositions(graph, plan, () => true);
  const sizes = new Map(graph.model.weights.map((weight) => [weight.originalName, weight.shape]));
  return mapAxes(gone, (positions, weight, axis) => {
    const size = sizes.get(weight)?.[axis] ?? 0;
    if (positions.size >= size) {
      throw new InvalidPlanError(
        `the plan leaves nothing of "${weight}": keep at least one unit of its layer`,
      );
    }
    return Int32Array.from({ length: size }, (_, i) => i).filter((position) => !positions.has(position));
  });
}

/** By weight name, then by axis: the positions of the plan's units, in the slices that `where` accepts. */
export function removedPositions(
  graph: DependencyGraph,
  plan: Plan,
  where: (slice: Slice) => boolean,
): ReadonlyMap<string, ReadonlyMap<number, ReadonlySet<number>>> {
  const gone = new Map<string, Map<number, Set<number>>>();
  for (const group of graph.groups) {
    const units = plan.remove[group.id] ?? [];
    for (const slice of units.length > 0 ? group.slices.filter(where) : []) {
      const axes = gone.get(slice.weight) ?? new Map<number, Set<number>>();
      gone.set(slice.weight, axes);
      const positions = axes.get(slice.axis) ?? new Set<number>();
      axes.set(slice.axis, positions);
      for (const position of units.flatMap((unit) => positionsOf(slice, unit))) positions.add(position);
    }
  }
  return gone;
}

/** Where on the slice's axis one unit lies. */
function positionsOf({ positions, positionsPerUnit }: Slice, unit: number): readonly number[] {
  return [...positions.subarray(unit * positionsPerUnit, (unit + 1) * positionsPerUnit)];
}

function mapAxes<From, To>(
  axes: ReadonlyMap<string, ReadonlyMap<number, From>>,
  change: (value: From, weight: string, axis: number) => To,
): ReadonlyMap<string, ReadonlyMap<number, To>> {
  return new Map(
    [...axes].map(([weight, each]) => [
      weight,
      new Map([...each].map(([axis, value]) => [axis, change(value, weight, axis)] as const)),
    ]),
  );
}
