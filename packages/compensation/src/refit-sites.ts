/**
 * The layers whose weights are refitted, in the order of execution, and the tensor at which each is compared with the original:
 * the layer's output, after a batch normalisation that follows it and, at the end of a residual branch, after the addition.
 */
import type { GraphTensor, LayerCall, ModelGraph } from "@secateur/model-graph";
import { layerWeight } from "@secateur/model-graph";
import type { KeptIndices } from "@secateur/surgery";
import { normalizesLastAxis } from "@secateur/training";
import { dense } from "./linear-layers/dense.ts";
import { linearLayers } from "./linear-layers/index.ts";
import type { LinearLayer } from "./linear-layers/linear-layer.ts";

/** How the compared tensor is read: through ReLU (ReLU6), or as it is. */
export type ReadThrough = "relu" | "relu6" | "identity";

/** Calls are indices into the calls of the original's graph and of the smaller model's. */
export interface RefitSite {
  readonly layer: string;
  readonly linear: LinearLayer;
  readonly call: number;
  /** The call of the batch normalisation that alone reads the layer's output; null if there is none. */
  readonly normalization: number | null;
  /** The addition that alone reads the result, and which of its inputs were computed before this layer. */
  readonly addition: { readonly call: number; readonly others: readonly number[] } | null;
  readonly readThrough: ReadThrough;
}

/** A layer that is left as it is. */
export interface SkippedLayer {
  readonly layer: string;
  readonly reason: string;
}

/** The call whose output is compared. */
export function comparedCall({ call, normalization, addition }: RefitSite): number {
  return addition?.call ?? normalization ?? call;
}

export interface RefitSites {
  readonly sites: readonly RefitSite[];
  readonly skipped: readonly SkippedLayer[];
}

/** Only layers that read something which the removal changes. @param graph - Of the original model. */
export function refitSites(graph: ModelGraph, kept: KeptIndices): RefitSites {
  const changed = changedTensors(graph, kept);
  return linearSites(graph, (site) => readsChanged(graph, site, changed));
}

/** All layers with weights that `isWanted` accepts. A batch normalisation is part of the layer before it. */
export function linearSites(
  graph: ModelGraph,
  isWanted: (site: RefitSite) => boolean = () => true,
): RefitSites {
  const sites: RefitSite[] = [];
  const skipped: SkippedLayer[] = [];
  const absorbed = new Set<number>();
  for (const [index, call] of graph.calls.entries()) {
    if (absorbed.has(index) || call.layer.weights.length === 0) continue;
    const site = siteAt(graph, call, index);
    const reason = whyNot(graph, call);
    if (site.normalization !== null && reason === null) absorbed.add(site.normalization);
    if (!isWanted(site)) continue;
    if (reason !== null) skipped.push({ layer: call.path, reason });
    else sites.push(site);
  }
  return { sites, skipped };
}

function siteAt(graph: ModelGraph, call: LayerCall, index: number): RefitSite {
  const linear = linearLayers[call.className] ?? dense; // of a class that is skipped
  const normalization = normalizationAfter(graph, index);
  const addition = additionAfter(graph, index, normalization);
  const readThrough = readThroughOf(graph, call, addition?.call ?? normalization ?? index);
  return { layer: call.path, linear, call: index, normalization, addition, readThrough };
}

function readsChanged(
  { calls }: ModelGraph,
  { call, addition }: RefitSite,
  changed: ReadonlySet<GraphTensor>,
): boolean {
  const others = addition?.others.map((i) => calls[addition.call]?.inputs[i]) ?? [];
  return [...(calls[call]?.inputs ?? []), ...others].some((tensor) => tensor && changed.has(tensor));
}

/** Tensors with removed channels, and all that are computed from them. */
export function changedTensors({ calls }: ModelGraph, kept: KeptIndices): ReadonlySet<GraphTensor> {
  const cut = new Set([...kept.keys()].map((weight) => weight.slice(0, weight.lastIndexOf("/"))));
  const changed = new Set<GraphTensor>();
  for (const { path, inputs, outputs } of calls) {
    if (cut.has(path) || inputs.some((input) => changed.has(input)))
      for (const output of outputs) changed.add(output);
  }
  return changed;
}

/** Layers with more inputs keep their weights: the time grows with the cube. */
export const mostInputs = 5000;

function whyNot(graph: ModelGraph, call: LayerCall): string | null {
  const { layer, className, outputs } = call;
  const linear = linearLayers[className];
  if (linear === undefined) return `${className} cannot be refitted`;
  const rank = outputs[0]?.shape.length ?? 0;
  if (className === "BatchNormalization" && !normalizesLastAxis(layer, rank))
    return "it does not normalise the last axis";
  const shape = layerWeight(layer, linear.weight)?.shape.map(Number) ?? [];
  const inputs = shape.reduce((a, b) => a * b, 1) / (shape[linear.outputAxis] ?? 1);
  if (inputs > mostInputs) return `it has ${inputs} inputs, more than ${mostInputs}`;
  return whyFixed(graph, call) ?? linear.refuses?.(layer) ?? null;
}

/** Why the weights of a layer of any class must stay. */
function whyFixed(graph: ModelGraph, { path, layer }: LayerCall): string | null {
  if (graph.calls.filter((call) => call.path === path).length > 1) return "it is called more than once";
  const constraint = Object.entries(layer.getConfig()).find(
    ([key, value]) => key.endsWith("Constraint") && value !== null && value !== undefined,
  );
  return constraint === undefined ? null : `it has a ${constraint[0]}`;
}

/** The only call that reads a tensor; undefined if there are several or none, or if the tensor is an output of the model. */
function onlyReader({ calls, consumers, outputs }: ModelGraph, tensor: GraphTensor | undefined): number {
  if (tensor === undefined || outputs.includes(tensor)) return -1;
  const readers = consumers.get(tensor) ?? [];
  const [reader] = readers;
  const isRead = readers.length === 1 && reader?.inputs.filter((input) => input === tensor).length === 1;
  return isRead && reader !== undefined ? calls.indexOf(reader) : -1;
}

const isAffine = ({ layer }: LayerCall): boolean =>
  [undefined, null, "linear"].includes(layer.getConfig()["activation"] as string | undefined);

/** The call of the batch normalisation that alone reads a call's output; null if there is none. */
export function normalizationAfter(graph: ModelGraph, index: number): number | null {
  const call = graph.calls[index];
  if (call === undefined || !isAffine(call) || call.className === "BatchNormalization") return null;
  const next = onlyReader(graph, call.outputs[0]);
  const reader = graph.calls[next];
  if (reader === undefined || !normalizesLastAxis(reader.layer, call.outputs[0]?.shape.length ?? 0))
    return null;
  return whyFixed(graph, reader) === null ? next : null;
}

function additionAfter(
  graph: ModelGraph,
  index: number,
  normalization: number | null,
): RefitSite["addition"] {
  const call = graph.calls[normalization ?? index];
  if (call === undefined || !isAffine(call)) return null;
  const [output] = call.outputs;
  const next = onlyReader(graph, output);
  const reader = graph.calls[next];
  if (reader?.className !== "Add" || output === undefined) return null;
  const isReady = (input: GraphTensor): boolean => {
    const producer = graph.producers.get(input);
    const position = producer === undefined ? -1 : graph.calls.indexOf(producer);
    return position < index && String(input.shape) === String(output.shape);
  };
  const others = [...reader.inputs.keys()].filter((i) => reader.inputs[i] !== output);
  return others.every((i) => isReady(reader.inputs[i] as GraphTensor)) ? { call: next, others } : null;
}

/**
 * The layer's own activation, or the ReLU through which everything reads the compared tensor.
 *
 * @param last - The index of the call whose output is compared.
 */
export function readThroughOf(graph: ModelGraph, call: LayerCall, last: number): ReadThrough {
  if (!isAffine(call)) return kindOf(call.layer.getConfig()["activation"]);
  const [tensor] = graph.calls[last]?.outputs ?? [];
  if (tensor === undefined || graph.outputs.includes(tensor)) return "identity";
  const kinds = new Set((graph.consumers.get(tensor) ?? []).map(kindOfReader));
  const [kind] = kinds;
  return kinds.size === 1 && kind !== undefined ? kind : "identity";
}

const kindOf = (activation: unknown): ReadThrough =>
  activation === "relu" || activation === "relu6" ? activation : "identity";

function kindOfReader({ className, layer }: LayerCall): ReadThrough {
  const { activation, maxValue, negativeSlope, threshold } = layer.getConfig();
  if (className === "Activation") return kindOf(activation);
  if (className !== "ReLU" || negativeSlope || threshold) return "identity";
  if (maxValue === null || maxValue === undefined) return "relu";
  return maxValue === 6 ? "relu6" : "identity";
}
