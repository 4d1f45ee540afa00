/**
 * What is left of a model while units go, without building it: units, parameters and multiply-adds.
 *
 * A weight's size is the product of its axes; a layer's MACs are proportional to the size of its kernel. Both equal
 * what is counted on the model after surgery.
 */
import type { DependencyGraph, Group } from "@secateur/dependency-graph";
import { countMacs } from "@secateur/metrics";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Amounts } from "./budget.ts";

export interface Remaining {
  readonly amounts: () => Amounts;
  /** Would every layer that makes the unit keep at least `floor` channels without it? */
  readonly canRemove: (group: Group, floor: number) => boolean;
  readonly remove: (group: Group) => void;
}

interface WeightSize {
  readonly axes: number[];
  /** The product of `axes`. */
  size: number;
  /** Of the layer, for its kernel, per number in the kernel; 0 for other weights. */
  readonly macsPerNumber: number;
}

/** Where one unit of a group lies in one weight. */
interface Share {
  readonly weight: WeightSize;
  readonly axis: number;
  readonly positions: number;
  readonly makesUnits: boolean;
}

export function remainingOf(graph: DependencyGraph): Remaining {
  const sizes = weightSizes(graph);
  const sharesOf = new Map(graph.groups.map((group) => [group, shares(group, sizes)]));
  let units = graph.groups.reduce((n, { unitCount }) => n + unitCount, 0);
  let parameters = 0;
  let macs = 0;
  for (const { size, macsPerNumber } of sizes.values()) {
    parameters += size;
    macs += size * macsPerNumber;
  }
  return {
    amounts: () => ({ units, parameters, macs: Math.round(macs) }),
    canRemove: (group, floor) =>
      (sharesOf.get(group) ?? []).every(({ weight, axis, positions, makesUnits }) => {
        const left = Number(weight.axes[axis]) - positions;
        return left >= (makesUnits ? Math.max(floor, 1) : 1);
      }),
    remove(group) {
      units--;
      for (const { weight, axis, positions } of sharesOf.get(group) ?? []) {
        const along = Number(weight.axes[axis]);
        const gone = (weight.size / along) * positions;
        weight.axes[axis] = along - positions;
        weight.size -= gone;
        parameters -= gone;
        macs -= gone * weight.macsPerNumber;
      }
    },
  };
}

function shares({ slices }: Group, sizes: ReadonlyMap<string, WeightSize>): readonly Share[] {
  return slices.flatMap(({ weight: name, axis, positionsPerUnit, role }) => {
    const weight = sizes.get(name);
    return weight === undefined
      ? []
      : [{ weight, axis, positions: positionsPerUnit, makesUnits: role === "kernel" }];
  });
}

function weightSizes({ model }: DependencyGraph): ReadonlyMap<string, WeightSize> {
  const macsOf = new Map<string, number>();
  for (const { name, macs } of countMacs(model).layers) macsOf.set(name, (macsOf.get(name) ?? 0) + macs);
  const sizes = [...leavesOf(model)].flatMap((layer) =>
    layer.weights.map((weight, i) => {
      const axes = weight.shape.map((size) => size ?? 0);
      const size = product(axes);
      const macs = i === 0 ? (macsOf.get(layer.name) ?? 0) : 0;
      return [weight.originalName, { axes, size, macsPerNumber: size === 0 ? 0 : macs / size }] as const;
    }),
  );
  return new Map(sizes);
}

/** The layers themselves, those of models inside the model included; each once, however often it is used. */
function leavesOf({ layers }: tfl.LayersModel): ReadonlySet<tfl.layers.Layer> {
  return new Set(
    layers.flatMap((layer) => ("layers" in layer ? [...leavesOf(layer as tfl.LayersModel)] : [layer])),
  );
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
