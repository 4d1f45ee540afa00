/**
 * Gates on whole tensors, which all layers that read the tensor share. The paper puts them on skip connections, after each
 * block's addition and ReLU (Molchanov et al., CVPR 2019, arXiv 1906.10771, section 4.2).
 */
import type { DependencyGraph, Group } from "@secateur/dependency-graph";
import { type GraphTensor, type LayerCall, type ModelGraph, modelGraph } from "@secateur/model-graph";
import { type GateSite, TrainingError } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type { Observation } from "../observation.ts";
import { unitsOfLastAxis } from "../slice-sums.ts";
import { consumers } from "./consumers.ts";

interface TensorGates {
  /** ∂E/∂z of a gate on each tensor that the unit's consumers read, `[tensors, units]`. */
  readonly gateGradientPerTensor: tf.Tensor2D;
}

/** Adds `gateGradientPerTensor` to a group. */
export function tensorGates(): Observation<TensorGates> {
  return {
    name: "tensor gates",
    step: (graph) => ({
      gates: graph.groups.flatMap((group) => gatedTensors(graph, group).map(({ site }) => site)),
    }),
    group: (scope) => ({
      get gateGradientPerTensor() {
        const inputs = scope.slices(["input"]);
        const rows = gatedTensors(scope.observed.graph, scope.group).map(({ consumer, site }) => {
          const slice = inputs.find(({ layer }) => layer === consumer);
          if (slice === undefined)
            throw scope.notApplicable(`layer "${consumer}" does not consume its units`);
          return unitsOfLastAxis(tf.mean(scope.gates(site), 0), slice);
        });
        return tf.stack(rows) as tf.Tensor2D;
      },
    }),
  };
}

/** A tensor with a group's units: one of its consumers, and the site of its gate. */
interface GatedTensor {
  readonly consumer: string;
  readonly site: GateSite;
}

const cache = new WeakMap<Group, readonly GatedTensor[]>();

/** The tensors that a group's consumers read, each once. */
function gatedTensors({ model }: DependencyGraph, group: Group): readonly GatedTensor[] {
  const found = cache.get(group) ?? findTensors(modelGraph(model), group);
  cache.set(group, found);
  return found;
}

function findTensors(graph: ModelGraph, group: Group): readonly GatedTensor[] {
  const found = new Map<string, GatedTensor>();
  for (const path of consumers({ groups: [group] })) {
    const consumer = onlyCall(graph, path);
    const source = sourceOf(graph, consumer.inputs[0]);
    if (source === undefined) throw new TrainingError(`the input of "${path}" has no producer`);
    onlyCall(graph, source.path);
    if (!found.has(source.path))
      found.set(source.path, { consumer: path, site: siteOf(graph, consumer, source) });
  }
  return [...found.values()];
}

function onlyCall({ calls }: ModelGraph, path: string): LayerCall {
  const [call, ...others] = calls.filter((each) => each.path === path);
  if (call !== undefined && others.length === 0) return call;
  throw new TrainingError(
    `layer "${path}" is called more than once, on different tensors: use "taylor-gate"`,
  );
}

/** The consumer's input if no other layer reads the tensor, because other observations share that gate; else the output. */
function siteOf(graph: ModelGraph, consumer: LayerCall, source: LayerCall): GateSite {
  let reader: LayerCall | undefined = source;
  while (reader !== undefined && reader !== consumer) reader = onlyReader(graph, reader);
  return reader === consumer ? { layer: consumer.path, at: "input" } : { layer: source.path, at: "output" };
}

function onlyReader({ consumers: readers, outputs }: ModelGraph, call: LayerCall): LayerCall | undefined {
  const [output] = call.outputs;
  const calls = output === undefined || outputs.includes(output) ? [] : (readers.get(output) ?? []);
  return calls.length === 1 ? calls[0] : undefined;
}

/** Layers that pad, drop or pool each channel separately: a gate before them is equivalent to one after them. */
const commuting: ReadonlySet<string> = new Set([
  "ZeroPadding2D",
  "Dropout",
  "MaxPooling2D",
  "AveragePooling2D",
  "GlobalMaxPooling2D",
  "GlobalAveragePooling2D",
]);

/** The call that outputs a tensor, or the one before the layers that commute with a gate. */
function sourceOf(graph: ModelGraph, tensor: GraphTensor | undefined): LayerCall | undefined {
  const source = tensor === undefined ? undefined : graph.producers.get(tensor);
  return source !== undefined && commuting.has(source.className) ? sourceOf(graph, source.inputs[0]) : source;
}
