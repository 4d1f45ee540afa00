/**
 * The tensors of the original that sites are fitted to, and how far the original has run when each is read. An activation
 * that hides nothing from the reader is part of such a tensor; before another one, the target is computed from its input.
 */
import type { GraphTensor, ModelGraph } from "@secateur/model-graph";
import { comparedCall, type RefitSite } from "./refit-sites.ts";

export interface OriginalTarget {
  /** The compared tensor; null where only its layer's input is there to be read. */
  readonly tensor: GraphTensor | null;
  /** The number of calls that have run. */
  readonly position: number;
}

/** In the order of the sites; positions do not fall. @param graph - Of the original. */
export function originalTargets(
  { calls }: ModelGraph,
  sites: readonly RefitSite[],
): readonly OriginalTarget[] {
  let position = 0;
  return sites.map((site) => {
    const activation = calls[site.call]?.layer.getConfig()["activation"] ?? "linear";
    const isRead = activation === "linear" || site.readThrough !== "identity";
    const last = comparedCall(site);
    position = Math.max(position, isRead ? last + 1 : site.call);
    return { tensor: isRead ? (calls[last]?.outputs[0] ?? null) : null, position };
  });
}

/** By tensor, the position at which it is read last. */
export function readPositions(
  { calls }: ModelGraph,
  sites: readonly RefitSite[],
  targets: readonly OriginalTarget[],
): ReadonlyMap<GraphTensor, number> {
  const positions = new Map<GraphTensor, number>();
  for (const [i, { tensor, position }] of targets.entries()) {
    const inputs = calls[sites[i]?.call ?? -1]?.inputs ?? [];
    for (const each of tensor === null ? inputs : [tensor]) positions.set(each, position);
  }
  return positions;
}
