/** Dense, on vectors or sequences: the features are the input itself. */
import * as tf from "@tensorflow/tfjs-core";
import type { LinearLayer } from "./linear-layer.ts";
import { valuesAt } from "./patches.ts";

/** Kernel `[inputs, units]`. */
export const dense: LinearLayer = {
  weight: "kernel",
  shift: "bias",
  outputAxis: 1,
  outputSizes: (_, shape) => shape.slice(1, -1),
  features: (_, x, positions) => tf.expandDims(valuesAt(x, positions), 0),
  toColumns: (kernel) => tf.expandDims(kernel, 0),
  fromColumns: (columns, shape) => tf.reshape(columns, [...shape]),
};
