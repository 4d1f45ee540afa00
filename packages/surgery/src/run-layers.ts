/**
 * Runs a model layer by layer, masks included. Unlike `model.predict` of tfjs it also runs a layer that reads the same tensor
 * twice, and shows every layer's output.
 */
import { type GraphTensor, type LayerCall, modelGraph, outputMasks } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

export interface RunOptions {
  /** Called with the outputs of every layer call, which must not be disposed. */
  readonly onOutputs?: (call: LayerCall, outputs: readonly tf.Tensor[]) => void;
  /** Whether a tensor is disposed after its last reader. Default true. */
  readonly frees?: boolean;
}

type Mask = tf.Tensor | null;

/**
 * Call inside `tf.tidy`.
 *
 * @param inputs - `[batch, ...input shape]` each; they are not disposed.
 * @returns The model's outputs.
 */
export function runLayers(
  model: tfl.LayersModel,
  inputs: readonly tf.Tensor[],
  { onOutputs, frees = true }: RunOptions = {},
): readonly tf.Tensor[] {
  const { calls, inputs: symbolic, outputs } = modelGraph(model);
  const values = new Map(
    symbolic.map((tensor, i) => [
      tensor,
      tf.cast(inputs[i] as tf.Tensor, model.inputs[i]?.dtype ?? "float32"),
    ]),
  );
  const masks = new Map<GraphTensor, Mask>();
  const lastRead = frees ? readForTheLastTime(calls, [...symbolic, ...outputs]) : new Map();
  for (const call of calls) {
    if (call.inputs.length === 0) continue;
    const results = runCall(call, values, masks);
    onOutputs?.(call, results);
    for (const tensor of lastRead.get(call) ?? []) values.get(tensor)?.dispose();
  }
  return outputs.map((output) => values.get(output) as tf.Tensor);
}

/** By call: the tensors that no later call reads, but for those in `kept`. */
function readForTheLastTime(
  calls: readonly LayerCall[],
  kept: readonly GraphTensor[],
): ReadonlyMap<LayerCall, readonly GraphTensor[]> {
  const last = new Map<GraphTensor, LayerCall>();
  for (const call of calls) for (const input of call.inputs) last.set(input, call);
  for (const tensor of kept) last.delete(tensor);
  const tensors = new Map<LayerCall, GraphTensor[]>();
  for (const [tensor, call] of last) tensors.set(call, [...(tensors.get(call) ?? []), tensor]);
  return tensors;
}

function runCall(
  { layer, inputs, outputs }: LayerCall,
  values: Map<GraphTensor, tf.Tensor>,
  masks: Map<GraphTensor, Mask>,
): readonly tf.Tensor[] {
  const read = inputs.map((input) => values.get(input) as tf.Tensor);
  const readMasks = inputs.map((input) => masks.get(input) ?? null);
  const mask = readMasks.some((each) => each !== null) ? { mask: readMasks[0] } : {};
  const results = [layer.apply(read, { training: false, ...mask })].flat() as tf.Tensor[];
  const passed = outputMasks(layer, read, readMasks);
  for (const [i, output] of outputs.entries()) {
    const result = results[i] as tf.Tensor;
    // An RNN returns its last output and its final state as one tensor.
    values.set(output, results.indexOf(result) < i ? tf.clone(result) : result);
    masks.set(output, passed[i] ?? null);
  }
  return results;
}
