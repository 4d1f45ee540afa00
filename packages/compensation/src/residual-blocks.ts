/** Residual blocks: consecutive calls between two tensors through which everything passes, the last of which is an addition. */
import type { GraphTensor, LayerCall, ModelGraph } from "@secateur/model-graph";
import type { KeptIndices } from "@secateur/surgery";
import {
  changedTensors,
  linearSites,
  type ReadThrough,
  type RefitSite,
  readThroughOf,
  refitSites,
  type SkippedLayer,
} from "./refit-sites.ts";

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

export interface ResidualBlocks {
  /** In the order of execution. */
  readonly blocks: readonly ResidualBlock[];
  /** Additions that end no block. */
  readonly skipped: readonly SkippedLayer[];
}

/**
 * Blocks with two or more layers that can be refitted; only those in which a layer reads something that the removal changes.
 *
 * @param graph - Of the original model.
 */
export function residualBlocks(graph: ModelGraph, kept: KeptIndices): ResidualBlocks {
  const changed = changedTensors(graph, kept);
  const readingChanged = new Set(refitSites(graph, kept).sites.map(({ call }) => call));
  const [{ sites }, cuts] = [linearSites(graph), cutPositions(graph)];
  const blocks: ResidualBlock[] = [];
  const skipped: SkippedLayer[] = [];
  for (const [addition, { className, path, inputs }] of graph.calls.entries()) {
    if (className !== "Add" || !inputs.some((input) => changed.has(input))) continue;
    const found = blockBefore(graph, addition, sites, cuts);
    if (typeof found === "string") skipped.push({ layer: path, reason: found });
    else if (found.sites.length > 1 && found.sites.some(({ call }) => readingChanged.has(call)))
      blocks.push(found);
  }
  return { blocks, skipped };
}

/** The block that ends in an addition, or the reason why there is none. */
function blockBefore(
  graph: ModelGraph,
  addition: number,
  all: readonly RefitSite[],
  cuts: ReadonlySet<number>,
): ResidualBlock | string {
  const call = graph.calls[addition] as LayerCall;
  const from = Math.max(...[...cuts].filter((cut) => cut <= addition), 0);
  const sites = all.filter((site) => site.call >= from && site.call < addition);
  const last = sites.findLast((site) => call.inputs.includes(outputOf(graph, site)));
  if (!cuts.has(addition + 1)) return "other tensors pass by the sum";
  if (from === 0) return "it adds what starts at several inputs of the model";
  if (last === undefined) return "what it adds is not the output of a layer that can be refitted";
  return { from, addition, sites, last, readThrough: readThroughOf(graph, call, addition) };
}

function outputOf({ calls }: ModelGraph, { call, normalization }: RefitSite): GraphTensor {
  return calls[normalization ?? call]?.outputs[0] as GraphTensor;
}

/** Numbers of calls after which a single tensor is all that later calls read, or nothing. */
function cutPositions({ calls, inputs }: ModelGraph): ReadonlySet<number> {
  const lastReader = new Map<GraphTensor, number>();
  for (const [index, call] of calls.entries()) for (const input of call.inputs) lastReader.set(input, index);
  let live = new Set(inputs);
  const cuts = new Set<number>();
  for (const [index, call] of calls.entries()) {
    live = new Set([...live, ...call.outputs].filter((tensor) => Number(lastReader.get(tensor)) > index));
    if (call.outputs.length === 1 && [...live].every((tensor) => tensor === call.outputs[0]))
      cuts.add(index + 1);
  }
  return cuts;
}
