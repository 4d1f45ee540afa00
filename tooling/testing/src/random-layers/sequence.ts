/** Blocks on sequences, `[steps, channels]`, volumes, `[depth, height, width, channels]`, and vectors. */
import * as tfl from "@tensorflow/tfjs-layers";
import { type Builder, channelsOf, sizeOf, type Tensor } from "./block.ts";

const { layers } = tfl;
const same = "same" as const;

export const onSequences: readonly Builder[] = [
  (x, { width, kernel, flag }, { layer }) => {
    const config = { filters: width, kernelSize: kernel, padding: same, useBias: flag };
    const strides = flag && sizeOf(x) > 3 ? 2 : 1;
    return layer("conv1d", (name) => layers.conv1d({ ...config, strides, name }), x);
  },
  (x, { width, kernel }, { layer }) => {
    const config = { filters: width, kernelSize: kernel, padding: same, dilationRate: 2 };
    return layer("dilated1d", (name) => layers.conv1d({ ...config, name }), x);
  },
  (x, { flag }, { layer }) => {
    const pool = flag ? layers.maxPooling1d : layers.averagePooling1d;
    return layer("pool1d", (name) => pool({ poolSize: 2, padding: same, name }), x);
  },
  (x, _, { layer }) => layer("drop1d", (name) => layers.spatialDropout1d({ rate: 0.5, name }), x),
  (x, { width }, { layer }) => {
    const [queries, keys, values] = [3, 3, width].map((units) =>
      layer("dense", (name) => layers.dense({ units, name }), x),
    ) as [Tensor, Tensor, Tensor];
    const products = layer("dot", (name) => layers.dot({ axes: 2, name }), [queries, keys]);
    const weights = layer("softmax", (name) => layers.softmax({ axis: -1, name }), products);
    return layer("dot", (name) => layers.dot({ axes: [2, 1], name }), [weights, values]);
  },
  (x, _, { layer }) => layer("concat", (name) => layers.concatenate({ axis: 1, name }), [x, x]),
  (x, _, { layer }) => layer("permute", (name) => layers.permute({ dims: [2, 1], name }), x),
  (x, { flag }, { layer }) => {
    const [steps = 1, channels = 1] = x.shape.slice(1).map(Number);
    const targetShape = flag ? [steps, 1, channels] : [1, steps, channels];
    return layer("map", (name) => layers.reshape({ targetShape, name }), x);
  },
  (x, { flag }, { layer }) =>
    layer(
      "global1d",
      (name) => (flag ? layers.globalMaxPooling1d : layers.globalAveragePooling1d)({ name }),
      x,
    ),
  (x, { width }, { layer }) => {
    const bounded = layer("sigmoid", (name) => layers.activation({ activation: "sigmoid", name }), x);
    const integers = layer("integers", (name) => layers.rescaling({ scale: 4.99, name }), bounded);
    const first = layer("global1d", (name) => layers.globalMaxPooling1d({ name }), integers);
    return layer("embedding", (name) => layers.embedding({ inputDim: 5, outputDim: width, name }), first);
  },
];

export const onVolumes: readonly Builder[] = [
  (x, { width, kernel, flag }, { layer }) => {
    const config = { filters: width, kernelSize: Math.min(kernel, 2), padding: same, useBias: flag };
    return layer("conv3d", (name) => layers.conv3d({ ...config, name }), x);
  },
  (x, { width, flag }, { layer }) => {
    const strides = flag && sizeOf(x) < 3 ? 2 : 1;
    const config = { filters: width, kernelSize: 2, strides, padding: same };
    return layer("transpose3d", (name) => layers.conv3dTranspose({ ...config, name }), x);
  },
  (x, { flag }, { layer }) => {
    const pool = flag ? layers.maxPooling3d : layers.averagePooling3d;
    return layer("pool3d", (name) => pool({ poolSize: 2, strides: 1, padding: same, name }), x);
  },
  (x, { flag }, { layer }) => {
    const [depth = 1, height = 1, width = 1, channels = 1] = x.shape.slice(1).map(Number);
    const targetShape = flag ? [depth * height, width, channels] : [depth, height, width * channels];
    return layer("map", (name) => layers.reshape({ targetShape, name }), x);
  },
];

export const onVectors: readonly Builder[] = [
  (x, { width }, { layer }) => layer("repeat", (name) => layers.repeatVector({ n: width, name }), x),
  (x, { width, flag }, { layer }) => {
    const units = 6 * width;
    const wide = layer("dense", (name) => layers.dense({ units, activation: "tanh", name }), x);
    const targetShape = flag ? [2, 3, width] : [width, 6];
    return layer("unflatten", (name) => layers.reshape({ targetShape, name }), wide);
  },
  (x, _, { layer }) =>
    layer("column", (name) => layers.reshape({ targetShape: [channelsOf(x), 1], name }), x),
];
