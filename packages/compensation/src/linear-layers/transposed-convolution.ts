/** Conv2DTranspose, Conv3DTranspose: the features are the input values that contribute to an output position. */
import * as tf from "@tensorflow/tfjs-core";
import { transposedAxes } from "./kernel-axes.ts";
import type { LinearLayer } from "./linear-layer.ts";
import { patches } from "./patches.ts";
import { refusesChannelsFirst } from "./refuses.ts";

/** Kernel `[...taps, output channels, input channels]`. @param rank - The number of kernel axes. */
export function transposedConvolution(rank: number): LinearLayer {
  const taps = Array.from({ length: rank }, (_, axis) => axis);
  const swapped = [...taps, rank + 1, rank];
  return {
    weight: "kernel",
    shift: "bias",
    outputAxis: rank,
    refuses: refusesChannelsFirst,
    outputSizes: (layer, shape) => transposedAxes(layer, shape).map(({ outputSize }) => outputSize),
    features: (layer, x, positions) =>
      tf.reshape(patches(x, transposedAxes(layer, x.shape), positions), [1, positions.places.length, -1]),
    toColumns: (kernel) =>
      tf.reshape(tf.transpose(kernel, swapped), [1, -1, kernel.shape[rank] ?? 0]) as tf.Tensor3D,
    fromColumns: (columns, shape) => {
      const inputsLast = swapped.map((axis) => Number(shape[axis])); // [...taps, in, out]
      return tf.transpose(tf.reshape(columns, inputsLast), swapped);
    },
  };
}
