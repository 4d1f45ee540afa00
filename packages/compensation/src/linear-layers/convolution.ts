/** Conv1D, Conv2D, Conv3D: the features are the input patch under the kernel. */
import * as tf from "@tensorflow/tfjs-core";
import { convolutionAxes } from "./kernel-axes.ts";
import type { LinearLayer } from "./linear-layer.ts";
import { patches } from "./patches.ts";
import { refusesChannelsFirst } from "./refuses.ts";

/** Kernel `[...taps, input channels, output channels]`. @param rank - The number of kernel axes, 1 to 3. */
export function convolution(rank: number): LinearLayer {
  return {
    weight: "kernel",
    shift: "bias",
    outputAxis: rank + 1,
    refuses: refusesChannelsFirst,
    outputSizes: (layer, shape) => convolutionAxes(layer, shape).map(({ outputSize }) => outputSize),
    features: (layer, x, positions) =>
      tf.reshape(patches(x, convolutionAxes(layer, x.shape), positions), [1, positions.places.length, -1]),
    toColumns: (kernel) => tf.reshape(kernel, [1, -1, kernel.shape.at(-1) ?? 0]),
    fromColumns: (columns, shape) => tf.reshape(columns, [...shape]),
  };
}
