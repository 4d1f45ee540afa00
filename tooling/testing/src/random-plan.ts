/** A random plan for any dependency graph, drawn from uniform numbers in 0..1. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { modelGraph } from "@secateur/model-graph";
import { createPlan, type Plan } from "@secateur/surgery";
import fc from "fast-check";

// Not fc.double, which draws most numbers near 0.
const share = fc.integer({ min: 0, max: 999 }).map((n) => n / 1000);

/** Uniform numbers in 0..1. */
export const dice: fc.Arbitrary<readonly number[]> = fc.array(share, { minLength: 7, maxLength: 29 });

/** Removes each unit whose number in `numbers` is below `ratio`, but never all of a layer. */
export function randomPlan(graph: DependencyGraph, numbers: readonly number[], ratio: number): Plan {
  const { weights } = modelGraph(graph.model);
  const left = new Map<string, number>();
  const leftOf = (weight: string, axis: number): number =>
    left.get(`${weight}|${axis}`) ?? weights.get(weight)?.shape[axis] ?? 0;
  let next = 0;
  const remove = graph.groups.map(({ id, unitCount, slices }) => {
    const units = Array.from({ length: unitCount }, (_, unit) => unit).filter(() => {
      if ((numbers[next++ % numbers.length] ?? 1) >= ratio) return false;
      if (slices.some((slice) => leftOf(slice.weight, slice.axis) <= slice.indicesPerUnit)) return false;
      for (const { weight, axis, indicesPerUnit } of slices)
        left.set(`${weight}|${axis}`, leftOf(weight, axis) - indicesPerUnit);
      return true;
    });
    return [id, units] as const;
  });
  return createPlan(graph, remove);
}
