/** Blocks on feature maps, `[height, width, channels]`. */
import * as tfl from "@tensorflow/tfjs-layers";
import { type Build, type Builder, channelsOf, sizeOf, type Tensor } from "./block.ts";

const { layers } = tfl;
const first = "channelsFirst" as const;

const turned = (x: Tensor, dims: number[], { layer }: Build): Tensor =>
  layer("permute", (name) => layers.permute({ dims, name }), x);

/** Keeps channels `before` to the last but `after`: with this data format, the last axis is the width. */
const part = (x: Tensor, before: number, after: number, { layer }: Build): Tensor => {
  const cropping: [[number, number], [number, number]] = [
    [0, 0],
    [before, after],
  ];
  return layer("part", (name) => layers.cropping2D({ cropping, dataFormat: first, name }), x);
};

const conv = (x: Tensor, filters: number, { layer }: Build): Tensor =>
  layer("conv", (name) => layers.conv2d({ filters, kernelSize: 3, padding: "same", name }), x);

export const onMaps: readonly Builder[] = [
  (x, { width, kernel, flag }, { layer }) => {
    const strides = flag && sizeOf(x) > 3 ? 2 : 1;
    const config = { filters: width, kernelSize: kernel, strides, padding: "same" as const, useBias: !flag };
    return layer("conv", (name) => layers.conv2d({ ...config, name }), x);
  },
  (x, { width, kernel, flag }, { layer }) => {
    const config = { filters: width, kernelSize: kernel, padding: "same" as const };
    const dilationRate: [number, number] = flag ? [2, 2] : [1, 2];
    return layer("dilated", (name) => layers.conv2d({ ...config, dilationRate, name }), x);
  },
  (x, { width, kernel, flag }, { layer }) => {
    const strides = flag && sizeOf(x) < 6 ? 2 : 1;
    const config = { filters: width, kernelSize: kernel, strides, padding: "same" as const, useBias: flag };
    return layer("transpose", (name) => layers.conv2dTranspose({ ...config, name }), x);
  },
  (x, { width, kernel, flag }, { layer }) => {
    const config = { filters: width, kernelSize: kernel, padding: "same" as const, useBias: flag };
    return layer("separable", (name) => layers.separableConv2d({ ...config, name }), x);
  },
  (x, { width, kernel, flag }, { layer }) => {
    const config = {
      kernelSize: kernel,
      depthMultiplier: 1 + (width % 2),
      padding: "same" as const,
      useBias: flag,
    };
    return layer("depthwise", (name) => layers.depthwiseConv2d({ ...config, name }), x);
  },
  (x, { flag, kernel }, { layer }) => {
    const config = { poolSize: 2, strides: kernel === 1 ? 1 : 2, padding: "same" as const };
    const pool = flag ? layers.maxPooling2d : layers.averagePooling2d;
    return layer("pool", (name) => pool({ ...config, name }), x);
  },
  (x, { flag }, { layer }) => {
    if (sizeOf(x) > 5) return x;
    const interpolation = flag ? "bilinear" : "nearest";
    return layer("up", (name) => layers.upSampling2d({ size: [2, 1], interpolation, name }), x);
  },
  (x, { flag }, { layer }) => {
    if (flag) return layer("pad", (name) => layers.zeroPadding2d({ padding: [1, 0], name }), x);
    return sizeOf(x) < 4 ? x : layer("crop", (name) => layers.cropping2D({ cropping: [1, 0], name }), x);
  },
  (x, { width, flag }, build) => {
    const channels = channelsOf(x);
    if (channels < 2) return x;
    const half = 1 + (width % (channels - 1));
    const [left, right] = [part(x, 0, channels - half, build), part(x, half - 1, 0, build)];
    const branch = flag ? conv(right, 2, build) : right;
    return build.layer("concat", (name) => layers.concatenate({ name }), [branch, left]);
  },
  (x, _, build) => {
    const [height, width, channels] = x.shape.slice(1).map(Number) as [number, number, number];
    if (channels % 2 === 1) return x;
    const reshaped = (targetShape: number[], from: Tensor): Tensor =>
      build.layer("reshape", (name) => layers.reshape({ targetShape, name }), from);
    const groups = turned(reshaped([height, width, 2, channels / 2], x), [1, 2, 4, 3], build);
    return reshaped([height, width, channels], groups);
  },
  (x, { flag }, { layer }) =>
    layer("concat", (name) => layers.concatenate({ axis: flag ? 1 : 2, name }), [x, x]),
  (x, { width }, build) => {
    const padding: [[number, number], [number, number]] = [
      [1, width % 2],
      [0, 0],
    ];
    const moved = turned(x, [3, 1, 2], build);
    const wide = build.layer("pad", (name) => layers.zeroPadding2d({ padding, name }), moved);
    return conv(turned(wide, [2, 3, 1], build), width, build);
  },
  (x, { width, kernel, flag }, build) => {
    const config = { filters: width, kernelSize: kernel, padding: "same" as const, dataFormat: first };
    const own = build.layer(
      "first",
      (name) => layers.conv2d({ ...config, name }),
      turned(x, [3, 1, 2], build),
    );
    const depthwise = { kernelSize: kernel, padding: "same" as const, dataFormat: first };
    const y = flag
      ? build.layer("firstDepthwise", (name) => layers.depthwiseConv2d({ ...depthwise, name }), own)
      : own;
    return turned(y, [2, 3, 1], build);
  },
  (x, { flag }, { layer }) => {
    const pooled = layer("gap", (name) => layers.globalAveragePooling2d({ name }), x);
    const units = channelsOf(x);
    const gate = layer("gate", (name) => layers.dense({ units, activation: "sigmoid", name }), pooled);
    return layer("scale", (name) => (flag ? layers.multiply({ name }) : layers.add({ name })), [x, gate]);
  },
  (x, _, build) => turned(x, [2, 1, 3], build),
  (x, { flag }, { layer }) => {
    const [height = 1, width = 1, channels = 1] = x.shape.slice(1).map(Number);
    const targetShape = flag ? [height * width, channels] : [height, width * channels];
    return layer("sequence", (name) => layers.reshape({ targetShape, name }), x);
  },
  (x, { flag }, { layer }) =>
    layer(
      "global",
      (name) => (flag ? layers.globalMaxPooling2d : layers.globalAveragePooling2d)({ name }),
      x,
    ),
];
