/**
 * Units, parameters and multiply-adds of a model after removals, without building it. A weight's size is the product of its
 * axes; a layer's MACs are proportional to the size of its kernels. Both equal what is counted on the smaller model.
 */
import type { DependencyGraph, Group } from "@secateur/dependency-graph";
import { countMacs, needsInputShape } from "@secateur/metrics";
import { type InputShape, modelGraph } from "@secateur/model-graph";
import type { Amounts } from "./budget.ts";

export interface Remaining {
  readonly amounts: () => Amounts;
  /** Whether every layer that produces the group keeps at least `minUnits` channels without so many units. */
  readonly canRemove: (group: Group, unitCount: number, minUnits: number) => boolean;
  /** What removing so many units of a group saves now; it shrinks as other groups shrink. */
  readonly savings: (group: Group, unitCount: number) => Amounts;
  /** Subtracts so many units of a group. */
  readonly remove: (group: Group, unitCount: number) => void;
  /** MACs and parameters by layer path. */
  readonly byLayer: () => ReadonlyMap<string, { readonly macs: number; readonly parameters: number }>;
}

export interface RemainingOptions {
  /** The sizes of the inputs, for MACs of a model with open ones. Default: the model's own. */
  readonly inputShape?: InputShape | undefined;
}

interface WeightSize {
  /** The layer's path. */
  readonly layer: string;
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

/** MACs are null where input sizes are open. */
export function remainingOf(graph: DependencyGraph, { inputShape }: RemainingOptions = {}): Remaining {
  const isCounted = inputShape !== undefined || !needsInputShape(graph.model);
  const known = (count: number): number | null => (isCounted ? count : null);
  const macsOf = isCounted ? macsOfLayers(graph, inputShape) : new Map<string, number>();
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
    amounts: () => ({ units, parameters, macs: known(Math.round(macs)), bytes: 4 * parameters }),
    canRemove: (group, unitCount, minUnits) =>
      (sharesOf.get(group) ?? []).every(({ weight, axis, indicesPerUnit, producesUnits }) => {
        const left = Number(weight.axes[axis]) - unitCount * indicesPerUnit;
        return left >= (producesUnits ? Math.max(minUnits, 1) : 1);
      }),
    savings(group, unitCount) {
      let [goneParameters, goneMacs] = [0, 0];
      for (const gone of axesWithout(group, unitCount)) {
        goneParameters += gone.parameters;
        goneMacs += gone.macs;
      }
      const bytes = 4 * goneParameters;
      return { units: unitCount, parameters: goneParameters, macs: known(goneMacs), bytes };
    },
    remove(group, unitCount) {
      units -= unitCount;
      for (const { weight, axes, ...gone } of axesWithout(group, unitCount)) {
        weight.axes = axes;
        weight.size -= gone.parameters;
        parameters -= gone.parameters;
        macs -= gone.macs;
      }
    },
    byLayer: () => sumByLayer(sizes.values()),
  };
}

function sumByLayer(sizes: Iterable<WeightSize>): ReturnType<Remaining["byLayer"]> {
  const layers = new Map<string, { macs: number; parameters: number }>();
  for (const { layer, size, macsPerNumber } of sizes) {
    const { macs, parameters } = layers.get(layer) ?? { macs: 0, parameters: 0 };
    layers.set(layer, { macs: macs + size * macsPerNumber, parameters: parameters + size });
  }
  return layers;
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
      return [path, { layer, axes, size, macsPerNumber }];
    }),
  );
}

/** By layer path. */
function macsOfLayers(
  { model }: DependencyGraph,
  inputShape: InputShape | undefined,
): ReadonlyMap<string, number> {
  const macsOf = new Map<string, number>();
  for (const { path, macs } of countMacs(model, { inputShape }).layers)
    macsOf.set(path, (macsOf.get(path) ?? 0) + macs);
  return macsOf;
}
