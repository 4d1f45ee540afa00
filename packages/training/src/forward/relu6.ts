/**
 * Layers that compute ReLU6, min(max(x, 0), 6) (Howard et al. 2017, arXiv 1704.04861). They run as one `tf.relu6`, where
 * tfjs-layers composes several operations.
 */
import type * as tfl from "@tensorflow/tfjs-layers";

export function isRelu6(layer: tfl.layers.Layer): boolean {
  const { maxValue, activation } = layer.getConfig();
  const className = layer.getClassName();
  return (className === "ReLU" && maxValue === 6) || (className === "Activation" && activation === "relu6");
}
