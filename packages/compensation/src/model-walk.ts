/**
 * Runs a model layer by layer over all samples: stops before a layer, so that its weights can change before it runs. A tensor
 * is disposed when the last layer that reads it has run, and so is its mask of time steps.
 */
import { type GraphTensor, modelGraph } from "@secateur/model-graph";
import { castInputs, runSegment } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

export interface ModelWalk {
  /** Runs all layer calls before the given index of `modelGraph(model).calls`. */
  readonly advance: (call: number) => void;
  /** A tensor that has been computed and that a later layer reads, or an output; must not be disposed. */
  readonly value: (minibatch: number, tensor: GraphTensor) => tf.Tensor;
  readonly dispose: () => void;
}

/**
 * @param minibatches - The model's inputs, one list per minibatch. They are not disposed.
 * @param readAt - Tensors that are held longer than their readers need them: until more than so many calls have run.
 */
export function walkModel(
  model: tfl.LayersModel,
  minibatches: readonly (readonly tf.Tensor[])[],
  readAt: ReadonlyMap<GraphTensor, number> = new Map(),
): ModelWalk {
  const { calls, inputs, outputs } = modelGraph(model);
  const lastReader = new Map<GraphTensor, number>();
  for (const [index, call] of calls.entries()) for (const input of call.inputs) lastReader.set(input, index);
  for (const [tensor, position] of readAt)
    lastReader.set(tensor, Math.max(position, lastReader.get(tensor) ?? 0));
  for (const output of outputs) lastReader.set(output, calls.length);
  const values = minibatches.map((tensors) => {
    const cast = castInputs(model, tensors).map((x, i) => (x === tensors[i] ? tf.clone(x) : x));
    return new Map(inputs.map((input, i) => [input, cast[i] as tf.Tensor]));
  });
  const masks = minibatches.map(() => new Map<GraphTensor, tf.Tensor>());
  let position = 0;
  return {
    advance(call) {
      if (call <= position) return;
      const segment = calls.slice(position, call);
      position = call;
      const isNeeded = (tensor: GraphTensor): boolean => (lastReader.get(tensor) ?? -1) >= call;
      const computed = segment.filter(({ inputs }) => inputs.length > 0).flatMap((each) => each.outputs);
      const requested = computed.filter(isNeeded);
      for (const [n, held] of values.entries()) {
        const heldMasks = masks[n] ?? new Map();
        const results = runSegment(segment, held, requested, heldMasks);
        for (const [i, tensor] of requested.entries()) held.set(tensor, results[i] as tf.Tensor);
        release(held, isNeeded);
        release(heldMasks, isNeeded);
      }
    },
    value(minibatch, tensor) {
      const value = values[minibatch]?.get(tensor);
      if (value === undefined) throw new RangeError(`tensor "${tensor.name}" is not held at this point`);
      return value;
    },
    dispose() {
      for (const held of [...values, ...masks]) tf.dispose([...held.values()]);
    },
  };
}

/** Disposes the tensors that are not needed any more. */
function release(held: Map<GraphTensor, tf.Tensor>, isNeeded: (tensor: GraphTensor) => boolean): void {
  for (const [tensor, value] of held) {
    if (isNeeded(tensor)) continue;
    value.dispose();
    held.delete(tensor);
  }
}
