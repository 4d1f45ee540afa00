/** The channels of a layer's output that a removal keeps. */
import type { ModelGraph } from "@secateur/model-graph";
import type { KeptIndices } from "@secateur/surgery";
import type { RefitSite } from "./refit-sites.ts";

/** Null for all. @param graph - Of the original. */
export function keptOutputs(
  { layer, linear }: Pick<RefitSite, "layer" | "linear">,
  graph: ModelGraph,
  kept: KeptIndices,
): Int32Array | null {
  const path = `${layer}/${linear.weight}`;
  const indices = kept.get(path)?.get(linear.outputAxis);
  if (indices === undefined) return null;
  const shape = graph.weights.get(path)?.shape.map(Number) ?? [];
  const multiplier = linear.weight === "depthwise_kernel" ? (shape[3] ?? 1) : 1;
  return Int32Array.from(
    { length: indices.length * multiplier },
    (_, i) => Number(indices[Math.floor(i / multiplier)]) * multiplier + (i % multiplier),
  );
}
