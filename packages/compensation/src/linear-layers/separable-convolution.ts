/** SeparableConv2D: the pointwise kernel is refitted; the features are the depthwise convolution's output. */
import { layerWeight } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import { convolutionAxes } from "./kernel-axes.ts";
import type { LinearLayer } from "./linear-layer.ts";
import { patches } from "./patches.ts";
import { refusesChannelsFirst } from "./refuses.ts";

/** Pointwise kernel `[1, 1, channels · multiplier, output channels]`. */
export const separableConvolution: LinearLayer = {
  weight: "pointwise_kernel",
  shift: "bias",
  outputAxis: 3,
  refuses: refusesChannelsFirst,
  outputSizes: (layer, shape) => convolutionAxes(layer, shape).map(({ outputSize }) => outputSize),
  features: (layer, x, positions) => {
    const kernel = layerWeight(layer, "depthwise_kernel")?.read();
    if (kernel === undefined) throw new RangeError(`layer "${layer.name}" has no depthwise kernel`);
    const [height = 0, width = 0, channels = 0, multiplier = 0] = kernel.shape;
    const taps = tf.reshape(kernel, [1, height * width, channels, multiplier]);
    const patch = tf.expandDims(patches(x, convolutionAxes(layer, x.shape), positions), 3);
    return tf.reshape(tf.sum(tf.mul(patch, taps), 1), [1, positions.places.length, -1]);
  },
  toColumns: (kernel) => tf.reshape(kernel, [1, -1, kernel.shape[3] ?? 0]),
  fromColumns: (columns, shape) => tf.reshape(columns, [...shape]),
};
