/**
 * Masks of time steps. A Masking layer and an Embedding with `maskZero` create one, other layers pass it on, and recurrent layers
 * keep their state at masked steps.
 */
import { type GraphTensor, type LayerCall, outputMasks } from "@secateur/model-graph";
import type * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "../errors.ts";

/** `[batch, steps]` each. */
export type Masks = Map<GraphTensor, tf.Tensor>;

/** By layer: reading a configuration takes longer than some layers. */
const creators = new WeakMap<tfl.layers.Layer, boolean>();

function createsMask({ className, layer }: LayerCall): boolean {
  const known = creators.get(layer) ?? (className === "Masking" || layer.getConfig()["maskZero"] === true);
  creators.set(layer, known);
  return known;
}

/** Sets the masks of the call's outputs. Call after the layer has run, before its inputs are disposed. */
export function passMasks(call: LayerCall, inputs: readonly tf.Tensor[], masks: Masks): void {
  const read = call.inputs.map((input) => masks.get(input) ?? null);
  if (!createsMask(call) && read.every((mask) => mask === null)) return;
  const computed = outputMasks(call.layer, inputs, read);
  for (const [i, output] of call.outputs.entries()) {
    const mask = computed[i];
    if (mask) masks.set(output, mask);
  }
}

/** @throws TrainingError for a layer that creates a mask, where only a part of the model runs. */
export function requireNoMask(call: LayerCall): void {
  if (createsMask(call))
    throw new TrainingError(
      `layer "${call.path}" computes a mask, which is not supported where a part of a model runs: remove the mask`,
    );
}
