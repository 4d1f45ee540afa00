/**
 * Convolutions without an activation, as tfjs-layers runs them but for one thing: its fused kernel's gradient always
 * computes both the input's and the kernel's part, here only what is asked for. The first layer needs no input's part, a
 * pass for gates no kernel's.
 */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/** Null for a layer that is no plain convolution. @param x `[batch, height, width, channels]` */
export function convolve(layer: tfl.layers.Layer, x: tf.Tensor): tf.Tensor | null {
  const { activation, dataFormat, strides, padding, dilationRate } = layer.getConfig();
  const isPlain =
    layer.getClassName() === "Conv2D" && activation === "linear" && dataFormat !== "channelsFirst";
  const weight = (name: string): tf.Tensor | undefined =>
    layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`))?.read();
  const kernel = weight("kernel");
  if (!isPlain || kernel === undefined) return null;
  const y = tf.conv2d(
    x as tf.Tensor4D,
    kernel as tf.Tensor4D,
    pair(strides),
    padding === "same" ? "same" : "valid",
    "NHWC",
    pair(dilationRate),
  );
  const bias = weight("bias");
  return bias === undefined ? y : tf.add(y, bias);
}

function pair(value: unknown): [number, number] {
  const [height = 1, width = height] = [value].flat().map(Number);
  return [height, width];
}
