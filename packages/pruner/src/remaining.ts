/**
 * Units, parameters and multiply-adds of a model after removals, without building it. A weight's size is the product of its
 * axes; a layer's MACs are proportional to the size of its kernels. Both equal what is counted on the smaller model.
 */
import type { DependencyGraph, Group } from "@secateur/dependency-graph";
import { countMacs } from "@secateur/metrics";
import { modelGraph } from "@secateur/model-graph";
import type { Amounts } from "./budget.ts";

export interface Remaining {
  readonly amounts: () => Amounts;
  /** Whether every layer that produces the group keeps at least `minUnits` channels without so many units. */
  readonly canRemove: (group: Group, unitCount: number, minUnits: number) => boolean;
  /** What removing so many units of a group saves now; it shrinks as other groups shrink. */
  readonly savings: (group: Group, unitCount: number) => Amounts;
  /** Subtracts so many units of a group. */
  readonly remove: (group: Group, unitCount: number) => void;
}

interface WeightSize {
  axes: readonly number[];
  /** The product of `axes`. */
  size: number;
  /** MACs of the layer divided by the size of its kernels; 0 for other weights. */
  readonly macsPerNumber: number;
}

/** Where the units of a group lie in one weight. */
interface Share {
  readonly weight: WeightSize;
  readonly axis: number;
  readonly indicesPerUnit: number;
  readonly producesUnits: boolean;
}

export function remainingOf(graph: DependencyGraph): Remaining {
  const macsOf = macsOfLayers(graph);
  const sizes = weightSizes(graph, macsOf);
  const sharesOf = new Map(graph.groups.map((group) => [group, shares(group, sizes)]));
  let units = graph.groups.reduce((n, { unitCount }) => n + unitCount, 0);
  let parameters = [...sizes.values()].reduce((n, { size }) => n + size, 0);
  let macs = [...macsOf.values()].reduce((a, b) => a + b, 0);
  const axesWithout = (group: Group, unitCount: number) =>
    shrunkAxes(sharesOf.get(group) ?? [], unitCount).map(([weight, axes]) => {
      const gone = weight.size - product(axes);
      return { weight, axes, parameters: gone, macs: gone * weight.macsPerNumber };
    });
  return {
    amounts: () => ({ units, parameters, macs: Math.round(macs) }),
    canRemove: (group, unitCount, minUnits) =>
      (sharesOf.get(group) ?? []).every(({ weight, axis, indicesPerUnit, producesUnits }) => {
        const left = Number(weight.axes[axis]) - unitCount * indicesPerUnit;
        return left >= (producesUnits ? Math.max(minUnits, 1) : 1);
      }),
    savings: (group, unitCount) =>
      axesWithout(group, unitCount).reduce<Amounts>(
        (sum, gone) => ({
          units: unitCount,
          parameters: sum.parameters + gone.parameters,
          macs: sum.macs + gone.macs,
        }),
        { units: unitCount, parameters: 0, macs: 0 },
      ),
    remove(group, unitCount) {
      units -= unitCount;
      for (const { weight, axes, ...gone } of axesWithout(group, unitCount)) {
        weight.axes = axes;
        weight.size -= gone.parameters;
        parameters -= gone.parameters;
        macs -= gone.macs;
      }
    },
  };
}

/** Each weight of the shares once, with its axes after the removal. */
function shrunkAxes(
  shares: readonly Share[],
  unitCount: number,
): readonly (readonly [WeightSize, readonly number[]])[] {
  const shrunk = new Map<WeightSize, readonly number[]>();
  for (const { weight, axis, indicesPerUnit } of shares) {
    const axes = shrunk.get(weight) ?? weight.axes;
    shrunk.set(weight, axes.with(axis, Number(axes[axis]) - unitCount * indicesPerUnit));
  }
  return [...shrunk];
}

const product = (axes: readonly number[]): number => axes.reduce((a, b) => a * b, 1);

function shares({ slices }: Group, sizes: ReadonlyMap<string, WeightSize>): readonly Share[] {
  return slices.flatMap(({ weight: name, axis, indicesPerUnit, role }) => {
    const weight = sizes.get(name);
    return weight === undefined ? [] : [{ weight, axis, indicesPerUnit, producesUnits: role === "kernel" }];
  });
}

function weightSizes(
  { model }: DependencyGraph,
  macsOf: ReadonlyMap<string, number>,
): Map<string, WeightSize> {
  const weights = [...modelGraph(model).weights].map(([path, weight]) => {
    const axes = weight.shape.map((size) => size ?? 0);
    return { path, layer: path.slice(0, path.lastIndexOf("/")), axes, size: product(axes) };
  });
  const isKernel = ({ path }: { readonly path: string }): boolean => path.endsWith("kernel");
  const kernelSizes = new Map<string, number>();
  for (const { layer, size } of weights.filter(isKernel))
    kernelSizes.set(layer, (kernelSizes.get(layer) ?? 0) + size);
  return new Map(
    weights.map(({ path, layer, axes, size }) => {
      const macsPerNumber = isKernel({ path }) ? (macsOf.get(layer) ?? 0) / (kernelSizes.get(layer) ?? 1) : 0;
      return [path, { axes, size, macsPerNumber }];
    }),
  );
}

/** By layer path. */
function macsOfLayers({ model }: DependencyGraph): ReadonlyMap<string, number> {
  const macsOf = new Map<string, number>();
  for (const { path, macs } of countMacs(model).layers) macsOf.set(path, (macsOf.get(path) ?? 0) + macs);
  return macsOf;
}
