/**
 * Runs a Conv2D layer without its activation, as `tf.conv2d`. Unlike tfjs-layers' fused kernel, its gradient computes only
 * the requested parts (input or kernel).
 */
import { layerWeight } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/** Changes to the layer's weights and padding. */
export interface ConvolutionChanges {
  /** From the layer's kernel to the kernel to use. */
  readonly kernel: (kernel: tf.Tensor) => tf.Tensor;
  readonly bias: (bias: tf.Tensor | undefined) => tf.Tensor | undefined;
  /** Replaces the layer's padding. */
  readonly padding?: tf.backend_util.ExplicitPadding;
}

export const unchanged: ConvolutionChanges = { kernel: (kernel) => kernel, bias: (bias) => bias };

/** A Conv2D with channels last and no activation. */
export function isPlainConvolution(layer: tfl.layers.Layer): boolean {
  const { activation, dataFormat } = layer.getConfig();
  return layer.getClassName() === "Conv2D" && activation === "linear" && dataFormat !== "channelsFirst";
}

/** A dilated Conv2D with channels last: tfjs's fused kernel, which computes its activation, has no gradient. */
export function isDilatedConvolution(layer: tfl.layers.Layer): boolean {
  const { dilationRate, dataFormat } = layer.getConfig();
  return (
    layer.getClassName() === "Conv2D" &&
    dataFormat !== "channelsFirst" &&
    pair(dilationRate).some((rate) => rate > 1)
  );
}

/** The layer's activation, applied to its output. */
export function activated(layer: tfl.layers.Layer, y: tf.Tensor): tf.Tensor {
  const { activation } = layer as unknown as {
    readonly activation: { apply(x: tf.Tensor): tf.Tensor } | null;
  };
  return activation === null ? y : activation.apply(y);
}

/**
 * @param layer - A Conv2D, channels last.
 * @param x - `[batch, height, width, channels]`
 */
export function convolve(
  layer: tfl.layers.Layer,
  x: tf.Tensor,
  changes: ConvolutionChanges = unchanged,
): tf.Tensor {
  const { strides, padding, dilationRate } = layer.getConfig();
  const weight = (name: string): tf.Tensor | undefined => layerWeight(layer, name)?.read();
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
