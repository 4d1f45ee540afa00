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

/** Every layer once, with all its reasons; the network's inputs and outputs come last. */
export function pinnedLayers({ pinned }: DependencyGraph): readonly PinnedLayer[] {
  const layers = new Set(pinned.map(({ layer }) => layer));
  const merged = [...layers].map((layer): PinnedLayer => {
    const pins = pinned.filter((each) => each.layer === layer);
    const reasons = new Set(pins.map(({ reason }) => reason).toSorted((a, b) => isEdge(a) - isEdge(b)));
    return {
      layer,
      className: pins[0]?.className ?? "",
      reason: [...reasons].join("; "),
      channels: Math.max(...pins.map(({ channelCount }) => channelCount)),
      holds: [...new Set(pins.flatMap(({ holds }) => holds))],
    };
  });
  return merged.toSorted((a, b) => isEdge(a.reason) - isEdge(b.reason));
}

const isEdge = (reason: string): number => Number(reason.startsWith("model "));
