/** Random units to remove from any dependency graph, drawn from uniform numbers in 0..1. */
import { modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";

/** A `DependencyGraph`. */
interface Graph {
  readonly model: tfl.LayersModel;
  readonly groups: readonly {
    readonly id: string;
    readonly unitCount: number;
    readonly slices: readonly {
      readonly weight: string;
      readonly axis: number;
      readonly indicesPerUnit: number;
    }[];
  }[];
}

// Not fc.double, which draws most numbers near 0.
const share = fc.integer({ min: 0, max: 999 }).map((n) => n / 1000);

/** Uniform numbers in 0..1. */
export const dice: fc.Arbitrary<readonly number[]> = fc.array(share, { minLength: 7, maxLength: 29 });

/**
 * Each unit whose number in `numbers` is below `ratio`, but never all of a layer.
 *
 * @example createPlan(graph, randomUnits(graph, numbers, 0.5));
 */
export function randomUnits(
  { model, groups }: Graph,
  numbers: readonly number[],
  ratio: number,
): readonly (readonly [group: string, units: readonly number[]])[] {
  const { weights } = modelGraph(model);
  const left = new Map<string, number>();
  const leftOf = (weight: string, axis: number): number =>
    left.get(`${weight}|${axis}`) ?? weights.get(weight)?.shape[axis] ?? 0;
  let next = 0;
  return groups.map(({ id, unitCount, slices }) => {
    const units = Array.from({ length: unitCount }, (_, unit) => unit).filter(() => {
      if ((numbers[next++ % numbers.length] ?? 1) >= ratio) return false;
      if (slices.some((slice) => leftOf(slice.weight, slice.axis) <= slice.indicesPerUnit)) return false;
      for (const { weight, axis, indicesPerUnit } of slices)
        left.set(`${weight}|${axis}`, leftOf(weight, axis) - indicesPerUnit);
      return true;
    });
    return [id, units] as const;
  });
}
