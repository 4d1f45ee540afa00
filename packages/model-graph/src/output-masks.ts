/** Masks of time steps, which a Masking layer and an Embedding with `maskZero` create and other layers pass on. */
import type * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/** What tfjs-layers calls on a layer, and types for lists of masks wrongly. */
interface MaskingLayer {
  readonly supportsMasking: boolean;
  computeMask(inputs: tf.Tensor[], masks: (tf.Tensor | null)[]): tf.Tensor | null | (tf.Tensor | null)[];
}

/**
 * Call after the layer has run, before its inputs are disposed.
 *
 * @param inputs - What one call of the layer reads.
 * @param masks - One per input, `[batch, steps]` or null.
 * @returns One per output, `[batch, steps]` or null; empty for a layer that drops masks. It may hold masks of the inputs.
 */
export function outputMasks(
  layer: tfl.layers.Layer,
  inputs: readonly tf.Tensor[],
  masks: readonly (tf.Tensor | null)[],
): readonly (tf.Tensor | null)[] {
  const masking = layer as unknown as MaskingLayer;
  return masking.supportsMasking ? [masking.computeMask([...inputs], [...masks])].flat() : [];
}
