/**
 * Gates on whole tensors, which all layers that read the tensor share. The paper puts them on skip connections, after each
 * block's addition and ReLU (Molchanov et al., CVPR 2019, arXiv 1906.10771, section 4.2).
 */
import type { DependencyGraph, Group } from "@secateur/dependency-graph";
import { type GraphTensor, type LayerCall, type ModelGraph, modelGraph } from "@secateur/model-graph";
import { type GateSite, TrainingError } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { unitsOfLastAxis } from "../group-scope.ts";
import type { Observation } from "../observation.ts";
import { consumers } from "./consumers.ts";

interface TensorGates {
  /**
   * ∂L/∂z, the gradient of the mean loss, for a gate on each distinct tensor that the group's consumers read,
   * `[tensors, units]`.
   */
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
        scope.requireGatesOnInputs();
        const inputs = scope.slices(["input"]);
        const rows = gatedTensors(scope.observed.graph, scope.group).map(({ consumer, site }) => {
          const slice = inputs.find(({ layer }) => layer === consumer);
          if (slice === undefined)
            throw scope.notApplicable(`layer "${consumer}" has no input slice for this group's units`);
          return unitsOfLastAxis(tf.mean(scope.gates(site), 0), slice);
        });
        return tf.stack(rows) as tf.Tensor2D;
      },
    }),
  };
}

/** A tensor that carries a group's units. */
interface GatedTensor {
  /** Any one layer that reads the tensor, used to find the units' indices. */
  readonly consumer: string;
  /** The site of the tensor's gate. */
  readonly site: GateSite;
}

const cache = new WeakMap<Group, readonly GatedTensor[]>();

/** The tensors that a group's consumers read, each once. */
function gatedTensors({ model }: DependencyGraph, group: Group): readonly GatedTensor[] {
  const tensors = cache.get(group) ?? findTensors(modelGraph(model), group);
  cache.set(group, tensors);
  return tensors;
}

function findTensors(graph: ModelGraph, group: Group): readonly GatedTensor[] {
  const tensors = new Map<string, GatedTensor>();
  for (const path of consumers({ groups: [group] })) {
    const consumer = singleCallOf(graph, path);
    const source = sourceOf(graph, consumer.inputs[0]);
    if (source === undefined) throw new TrainingError(`the input of "${path}" has no producer`);
    singleCallOf(graph, source.path);
    if (!tensors.has(source.path))
      tensors.set(source.path, { consumer: path, site: siteOf(graph, consumer, source) });
  }
  return [...tensors.values()];
}

function singleCallOf({ calls }: ModelGraph, path: string): LayerCall {
  const [call, ...others] = calls.filter((candidate) => candidate.path === path);
  if (call !== undefined && others.length === 0) return call;
  throw new TrainingError(
    `layer "${path}" must be called exactly once for tensor gates: use "taylor-gate", which has no such limit`,
  );
}

/**
 * Puts the gate on the consumer's input when nothing else reads the tensor, because other observations request that same gate;
 * otherwise on the producer's output.
 */
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

/** Layers that act on each channel separately: scaling a channel before or after them is the same. */
const commuting: ReadonlySet<string> = new Set([
  "ZeroPadding2D",
  "Dropout",
  "MaxPooling2D",
  "AveragePooling2D",
  "GlobalMaxPooling2D",
  "GlobalAveragePooling2D",
]);

/** The call that outputs a tensor; of a `commuting` layer, the nearest call before it that is not. */
function sourceOf(graph: ModelGraph, tensor: GraphTensor | undefined): LayerCall | undefined {
  const source = tensor === undefined ? undefined : graph.producers.get(tensor);
  return source !== undefined && commuting.has(source.className) ? sourceOf(graph, source.inputs[0]) : source;
}
