/** DepthwiseConv2D: one group per input channel, whose features are that channel's patch. */
import * as tf from "@tensorflow/tfjs-core";
import { convolutionAxes } from "./kernel-axes.ts";
import type { LinearLayer } from "./linear-layer.ts";
import { patches } from "./patches.ts";
import { refusesChannelsFirst } from "./refuses.ts";

/** Kernel `[height, width, channels, multiplier]`. */
export const depthwiseConvolution: LinearLayer = {
  weight: "depthwise_kernel",
  shift: "bias",
  outputAxis: 2,
  refuses: refusesChannelsFirst,
  outputSizes: (layer, shape) => convolutionAxes(layer, shape).map(({ outputSize }) => outputSize),
  features: (layer, x, positions) =>
    tf.transpose(patches(x, convolutionAxes(layer, x.shape), positions), [2, 0, 1]),
  toColumns: (kernel) => {
    const [height = 0, width = 0, channels = 0, multiplier = 0] = kernel.shape;
    return tf.transpose(tf.reshape(kernel, [height * width, channels, multiplier]), [1, 0, 2]) as tf.Tensor3D;
  },
  fromColumns: (columns, shape) => tf.reshape(tf.transpose(columns, [1, 0, 2]), [...shape]),
};
