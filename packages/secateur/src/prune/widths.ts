/** The width of every layer that produces units, before and after a removal. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { PinnedLayer, Width } from "./result.ts";

/** In the order of the network. */
export function widthsOf({ model, groups }: DependencyGraph, smaller: tfl.LayersModel): readonly Width[] {
  const [before, after] = [modelGraph(model).weights, modelGraph(smaller).weights];
  const kernels = new Map(
    groups
      .flatMap(({ slices }) => slices)
      .filter(({ role }) => role === "kernel")
      .map(({ layer, weight, axis }) => [`${weight}|${axis}`, { layer, weight, axis }]),
  );
  const layers = [...modelGraph(model).layers.keys()];
  return [...kernels.values()]
    .toSorted((a, b) => layers.indexOf(a.layer) - layers.indexOf(b.layer))
    .map(({ layer, weight, axis }) => ({
      layer,
      before: before.get(weight)?.shape[axis] ?? 0,
      after: after.get(weight)?.shape[axis] ?? 0,
    }));
}

/** Each reason once for every layer; the network's inputs and outputs come last. */
export function pinnedLayers({ pinned }: DependencyGraph): readonly PinnedLayer[] {
  const unique = new Map(
    pinned.map(({ layer, className, reason, channelCount, holds }) => [
      `${layer}|${reason}`,
      { layer, className, reason, channels: channelCount, holds },
    ]),
  );
  const isExpected = ({ reason }: PinnedLayer): number => Number(reason.startsWith("model "));
  return [...unique.values()].toSorted((a, b) => isExpected(a) - isExpected(b));
}
