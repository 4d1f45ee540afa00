/**
 * What is left of a model while units go, without building it: units, parameters and multiply-adds.
 *
 * A weight's size is the product of its axes; a layer's MACs are proportional to the size of its kernel. Both equal
 * what is counted on the model after surgery.
 */
import type { DependencyGraph, Group } from "@secateur/dependency-graph";
import { countMacs } from "@secateur/metrics";
import type { Amounts } from "./budget.ts";

export interface Remaining {
  readonly amounts: () => Amounts;
  /** Would every layer that makes the unit keep at least `floor` channels without it? */
  readonly canRemove: (group: Group, floor: number) => boolean;
  readonly remove: (group: Group) => void;
}

interface WeightSize {
  readonly axes: number[];
  /** Of the layer, for its kernel; 0 for other weights. */
  readonly macs: number;
  readonly fullSize: number;
}

export function remainingOf(graph: DependencyGraph): Remaining {
  const sizes = weightSizes(graph);
  let units = graph.groups.reduce((n, { unitCount }) => n + unitCount, 0);
  let parameters = 0;
  let macs = 0;
  const count = (weight: WeightSize | undefined, sign: 1 | -1): void => {
    if (weight === undefined) return;
    const size = product(weight.axes);
    parameters += sign * size;
    if (weight.fullSize > 0) macs += sign * weight.macs * (size / weight.fullSize);
  };
  for (const weight of sizes.values()) count(weight, 1);
  return {
    amounts: () => ({ units, parameters, macs: Math.round(macs) }),
    canRemove: (group, floor) =>
      group.slices.every(({ weight, axis, role, positionsPerUnit }) => {
        const left = Number(sizes.get(weight)?.axes[axis]) - positionsPerUnit;
        return left >= (role === "kernel" ? Math.max(floor, 1) : 1);
      }),
    remove(group) {
      units--;
      for (const { weight, axis, positionsPerUnit } of group.slices) {
        const size = sizes.get(weight);
        count(size, -1);
        if (size !== undefined) size.axes[axis] = Number(size.axes[axis]) - positionsPerUnit;
        count(size, 1);
      }
    },
  };
}

function weightSizes({ model }: DependencyGraph): ReadonlyMap<string, WeightSize> {
  const macsOf = new Map<string, number>();
  for (const { name, macs } of countMacs(model).layers) macsOf.set(name, (macsOf.get(name) ?? 0) + macs);
  const sizes = model.layers.flatMap((layer) =>
    layer.weights.map((weight, i) => {
      const axes = weight.shape.map((size) => size ?? 0);
      const size = { axes, macs: i === 0 ? (macsOf.get(layer.name) ?? 0) : 0, fullSize: product(axes) };
      return [weight.originalName, size] as const;
    }),
  );
  return new Map(sizes);
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
