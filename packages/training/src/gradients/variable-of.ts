/** The variable behind a layer's weight. tfjs-layers keeps it protected, and offers no other way to it. */
import type * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

export function variableOf(weight: tfl.LayerVariable): tf.Variable {
  return (weight as unknown as { readonly val: tf.Variable }).val;
}
