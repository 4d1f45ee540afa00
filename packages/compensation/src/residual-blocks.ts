/** Residual blocks: consecutive calls between two tensors through which everything passes, the last of which is an addition. */
import type { GraphTensor, ModelGraph } from "@secateur/model-graph";
import type { KeptIndices } from "@secateur/surgery";
import { linearSites, type ReadThrough, type RefitSite, readThroughOf, refitSites } from "./refit-sites.ts";

/** Calls are indices into the calls of the original's graph and of the smaller model's. */
export interface ResidualBlock {
  /** The first call. */
  readonly from: number;
  /** The addition. */
  readonly addition: number;
  /** The layers in the block that can be refitted. */
  readonly sites: readonly RefitSite[];
  /** The one of them whose output, normalised, is added. */
  readonly last: RefitSite;
  /** How the sum is read. */
  readonly readThrough: ReadThrough;
}

/**
 * Blocks with two or more layers that can be refitted, in the order of execution; only those in which a layer reads something
 * that the removal changes.
 *
 * @param graph - Of the original model.
 */
export function residualBlocks(graph: ModelGraph, kept: KeptIndices): readonly ResidualBlock[] {
  const { sites: all } = linearSites(graph);
  const changed = new Set(refitSites(graph, kept).sites.map(({ call }) => call));
  const cuts = cutPositions(graph);
  return [...graph.calls.entries()].flatMap(([addition, call]) => {
    if (call.className !== "Add" || !cuts.has(addition + 1)) return [];
    const from = Math.max(...[...cuts].filter((cut) => cut <= addition), 0);
    const sites = all.filter((site) => site.call >= from && site.call < addition);
    const last = sites.findLast((site) => call.inputs.includes(outputOf(graph, site)));
    if (last === undefined || sites.length < 2 || !sites.some((site) => changed.has(site.call))) return [];
    return [{ from, addition, sites, last, readThrough: readThroughOf(graph, call, addition) }];
  });
}

function outputOf({ calls }: ModelGraph, { call, normalization }: RefitSite): GraphTensor {
  return calls[normalization ?? call]?.outputs[0] as GraphTensor;
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
