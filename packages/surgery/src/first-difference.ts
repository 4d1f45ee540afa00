/** The first layer at which a smaller model computes something else than the silenced original. */
import { type DependencyGraph, type TensorUnits, tensorUnits } from "@secateur/dependency-graph";
import { type GraphTensor, type LayerCall, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Plan, unitsToRemove } from "./plan.ts";
import { relativeError } from "./relative-error.ts";
import { runLayers } from "./run-layers.ts";

/**
 * Compares the channels that the plan keeps, layer by layer.
 *
 * @param graph - Of the original model.
 * @param silenced - The original with the plan's units silenced.
 * @returns The layer's call; null where every layer that can be compared agrees.
 */
export async function firstDifference(
  graph: DependencyGraph,
  plan: Plan,
  [silenced, smaller]: readonly [tfl.LayersModel, tfl.LayersModel],
  inputs: readonly tf.Tensor[],
  rtol: number,
): Promise<LayerCall | null> {
  const keptOf = keptElements(graph, plan);
  const compared: LayerCall[] = [];
  const errors = tf.tidy(() => {
    const expected = new Map<number, readonly tf.Tensor[]>();
    runLayers(silenced, inputs, { frees: false, onOutputs: (_, y) => expected.set(expected.size, y) });
    const found: tf.Tensor[] = [];
    let index = 0;
    const originals = modelGraph(graph.model).calls.filter((call) => call.inputs.length > 0);
    const onOutputs = (_: LayerCall, outputs: readonly tf.Tensor[]): void => {
      const call = originals[index] as LayerCall;
      const old = expected.get(index++) ?? [];
      for (const [i, output] of outputs.entries()) {
        const kept = keptPart(old[i] as tf.Tensor, keptOf(call.outputs[i] as GraphTensor));
        if (kept === null || !tf.util.arraysEqual(kept.shape, output.shape)) continue;
        compared.push(call);
        found.push(relativeError(kept, output));
      }
    };
    runLayers(smaller, inputs, { onOutputs });
    return tf.stack(found.length > 0 ? found : [tf.scalar(0)]);
  });
  const values = await errors.data();
  errors.dispose();
  return compared[values.findIndex((value) => !(value <= rtol))] ?? null;
}

/** For a tensor of the original: its axis (batch included) with channels and the indices that are kept; null if it has several such axes. */
type Kept = { readonly axis: number; readonly indices: Int32Array } | null;

function keptElements(graph: DependencyGraph, plan: Plan): (tensor: GraphTensor) => Kept {
  const tensors = tensorUnits(graph);
  const removed = graph.groups.map(({ id }) => new Set(unitsToRemove(plan, id)));
  const isKept = ({ groups, units }: TensorUnits, i: number): boolean =>
    removed[Number(groups[i])]?.has(Number(units[i])) !== true;
  return (tensor) => {
    const found = tensors.get(tensor);
    if (found === undefined) return null;
    const { varies } = found.channels;
    const axis = varies.indexOf(true);
    if (axis < 0 || varies.lastIndexOf(true) !== axis) return null;
    return { axis: axis + 1, indices: Int32Array.from(found.groups.keys()).filter((i) => isKept(found, i)) };
  };
}

function keptPart(tensor: tf.Tensor, kept: Kept): tf.Tensor | null {
  if (kept === null) return null;
  if (kept.indices.length === tensor.shape[kept.axis]) return tensor;
  return tf.gather(tensor, tf.tensor1d(kept.indices, "int32"), kept.axis);
}
