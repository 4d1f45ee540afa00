/** Residual blocks: consecutive calls between two tensors through which everything passes, the last of which is an addition. */
import type { GraphTensor, ModelGraph } from "@secateur/model-graph";
import type { KeptIndices } from "@secateur/surgery";
import { linearSites, type RefitSite, refitSites } from "./refit-sites.ts";

/** Calls are indices into the calls of the original's graph and of the smaller model's. */
export interface ResidualBlock {
  /** The first call. */
  readonly from: number;
  /** The call behind the addition. */
  readonly to: number;
  /** The layers in the block that can be refitted; the addition is that of the last. */
  readonly sites: readonly RefitSite[];
}

/**
 * Blocks with two or more layers that can be refitted, in the order of execution; only those in which a layer reads something
 * that the removal changes.
 *
 * @param graph - Of the original model.
 */
export function residualBlocks(graph: ModelGraph, kept: KeptIndices): readonly ResidualBlock[] {
  const { sites } = linearSites(graph);
  const changed = refitSites(graph, kept).sites.map(({ call }) => call);
  const cuts = cutPositions(graph);
  return sites.flatMap(({ call, addition }, last) => {
    const to = (addition?.call ?? -1) + 1;
    if (!cuts.has(to)) return [];
    const from = Math.max(...[...cuts].filter((cut) => cut <= call), 0);
    const own = sites.slice(0, last + 1).filter((site) => site.call >= from);
    return own.length < 2 || !own.some((site) => changed.includes(site.call))
      ? []
      : [{ from, to, sites: own }];
  });
}

/** Numbers of calls after which a single tensor is all that later calls read. */
function cutPositions({ calls, inputs, outputs }: ModelGraph): ReadonlySet<number> {
  const lastReader = new Map<GraphTensor, number>();
  for (const [index, call] of calls.entries()) for (const input of call.inputs) lastReader.set(input, index);
  for (const output of outputs) lastReader.set(output, calls.length);
  let live = new Set(inputs);
  const cuts = new Set<number>();
  for (const [index, call] of calls.entries()) {
    live = new Set([...live, ...call.outputs].filter((tensor) => Number(lastReader.get(tensor)) > index));
    if (live.size === 1 && call.outputs.length === 1) cuts.add(index + 1);
  }
  return cuts;
}
