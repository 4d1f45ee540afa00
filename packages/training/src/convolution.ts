/**
 * Convolutions without an activation, as tfjs-layers runs them but for one thing: its fused kernel's gradient always
 * computes both the input's and the kernel's part, here only what is asked for. The first layer needs no input's part, a
 * pass for gates no kernel's.
 */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { weightOfLayer } from "./named-weights.ts";

/** What is otherwise than the layer has it. */
export interface Changes {
  /** What becomes of the weights before they are used. */
  readonly kernel: (kernel: tf.Tensor) => tf.Tensor;
  readonly bias: (bias: tf.Tensor | undefined) => tf.Tensor | undefined;
  /** Zeros around the input, in the place of none. */
  readonly padding?: tf.backend_util.ExplicitPadding;
}

export const unchanged: Changes = { kernel: (kernel) => kernel, bias: (bias) => bias };

export function isPlainConvolution(layer: tfl.layers.Layer): boolean {
  const { activation, dataFormat } = layer.getConfig();
  return layer.getClassName() === "Conv2D" && activation === "linear" && dataFormat !== "channelsFirst";
}

/** @param layer a plain convolution. @param x `[batch, height, width, channels]` */
export function convolve(layer: tfl.layers.Layer, x: tf.Tensor, changes: Changes = unchanged): tf.Tensor {
  const { strides, padding, dilationRate } = layer.getConfig();
  const weight = (name: string): tf.Tensor | undefined => weightOfLayer(layer, name)?.read();
  const kernel = weight("kernel");
  if (kernel === undefined) throw new RangeError(`layer "${layer.name}" has no kernel`);
  const y = tf.conv2d(
    x as tf.Tensor4D,
    changes.kernel(kernel) as tf.Tensor4D,
    pair(strides),
    changes.padding ?? (padding === "same" ? "same" : "valid"),
    "NHWC",
    pair(dilationRate),
  );
  const bias = changes.bias(weight("bias"));
  return bias === undefined ? y : tf.add(y, bias);
}

function pair(value: unknown): [number, number] {
  const [height = 1, width = height] = [value].flat().map(Number);
  return [height, width];
}
