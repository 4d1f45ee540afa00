/** The variable of a layer's weight, a protected field of tfjs-layers without a public accessor. */
import type * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

export function variableOf(weight: tfl.LayerVariable): tf.Variable {
  return (weight as unknown as { readonly val: tf.Variable }).val;
}
