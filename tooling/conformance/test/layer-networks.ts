/** Small networks with every layer class of tfjs-layers that can be in a graph, in the settings that its rule tells apart. */
import type { LayerClass } from "@secateur/model-graph";
import * as tfl from "@tensorflow/tfjs-layers";

type Tensor = tfl.SymbolicTensor;
type Body = (x: Tensor) => Tensor;

export interface LayerNetwork {
  /** From the input to a vector, `[features]`. */
  readonly body: Body;
  /** Default: a picture, `[6, 5, 2]`. */
  readonly inputShape?: readonly number[];
  /** Why the rule pins the channels. Default: it pins none. */
  readonly pins?: string;
}

const { layers } = tfl;
const image = [6, 5, 2];
const sequence = [7, 3];
const volume = [4, 4, 3, 2];

const apply = (layer: tfl.layers.Layer, x: Tensor | Tensor[]): Tensor => layer.apply(x) as Tensor;
const conv = (filters: number, x: Tensor): Tensor =>
  apply(layers.conv2d({ filters, kernelSize: 3, padding: "same" }), x);
const conv1d = (filters: number, x: Tensor): Tensor =>
  apply(layers.conv1d({ filters, kernelSize: 3, padding: "same" }), x);
const conv3d = (filters: number, x: Tensor): Tensor =>
  apply(layers.conv3d({ filters, kernelSize: 2, padding: "same" }), x);
const convFirst = (filters: number, x: Tensor): Tensor =>
  apply(layers.conv2d({ filters, kernelSize: 3, padding: "same", dataFormat: "channelsFirst" }), x);
const dense = (units: number, x: Tensor): Tensor => apply(layers.dense({ units, activation: "relu" }), x);
const flat: Body = (x) => apply(layers.flatten(), x);
const average: Body = (x) => apply(layers.globalAveragePooling2d({}), x);
const averageFirst: Body = (x) => apply(layers.globalAveragePooling2d({ dataFormat: "channelsFirst" }), x);

type Make = () => tfl.layers.Layer;

/** A layer between two convolutions. */
const between = (layer: Make, pins?: string): LayerNetwork => ({
  body: (x) => average(conv(5, apply(layer(), conv(4, x)))),
  ...(pins === undefined ? {} : { pins }),
});
const between1d = (layer: Make): LayerNetwork => ({
  body: (x) => apply(layers.globalAveragePooling1d(), conv1d(5, apply(layer(), conv1d(4, x)))),
  inputShape: sequence,
});
const between3d = (layer: Make): LayerNetwork => ({
  body: (x) => flat(conv3d(3, apply(layer(), conv3d(4, x)))),
  inputShape: volume,
});
const betweenFirst = (layer: Make, pins?: string): LayerNetwork => ({
  body: (x) => averageFirst(convFirst(5, apply(layer(), convFirst(4, x)))),
  inputShape: [2, 6, 5],
  ...(pins === undefined ? {} : { pins }),
});

/** A layer of two inputs of four channels, one of them with a nonlinearity. */
const merging = (layer: Make): LayerNetwork => ({
  body: (x) => {
    const left = conv(4, x);
    const right = apply(layers.reLU(), conv(4, left));
    return average(conv(5, apply(layer(), [left, right])));
  },
});

/** A merge of the same tensor, and of a feature map with a vector, which tfjs stretches over it. */
const mergingVector = (layer: Make): LayerNetwork => ({
  body: (x) => {
    const map = conv(4, x);
    return average(conv(3, apply(layer(), [map, dense(4, average(map))])));
  },
});

/** Real numbers to integers below 7. */
const integers: Body = (x) =>
  apply(layers.rescaling({ scale: 6.99 }), apply(layers.activation({ activation: "sigmoid" }), x));

const first = "channelsFirst" as const;
const turned = (dims: number[], x: Tensor): Tensor => apply(layers.permute({ dims }), x);

const padChannels: Body = (x) => {
  const left = conv(4, x);
  const padding: [[number, number], [number, number]] = [
    [1, 2],
    [0, 0],
  ];
  const wide = apply(layers.zeroPadding2d({ padding }), turned([3, 1, 2], left));
  return average(conv(5, apply(layers.add(), [conv(7, left), turned([2, 3, 1], wide)])));
};

/** Crops columns and channels: for this data format, the last axis is the width. */
const cropChannels = (before: number, after: number, x: Tensor): Tensor =>
  apply(
    layers.cropping2D({
      cropping: [
        [0, 0],
        [before, after],
      ],
      dataFormat: first,
    }),
    x,
  );

/** Split in two, of which one half is convolved; as in ShuffleNet V2 (Ma et al. 2018, arXiv 1807.11164). */
const split: Body = (x) => {
  const map = apply(layers.reLU(), conv(6, x));
  const joined = apply(layers.concatenate(), [cropChannels(0, 3, map), conv(4, cropChannels(3, 0, map))]);
  return average(conv(5, joined));
};

/** Groups of channels take turns (Zhang et al. 2018, arXiv 1707.01083). */
const shuffle: Body = (x) => {
  const groups = apply(layers.reshape({ targetShape: [6, 5, 2, 3] }), conv(6, x));
  const shuffled = apply(layers.reshape({ targetShape: [6, 5, 6] }), turned([1, 2, 4, 3], groups));
  return average(conv(5, shuffled));
};

const reshaped =
  (...targetShape: (number | null)[]): Make =>
  () =>
    layers.reshape({ targetShape });

/** Networks by the layer class that they are about. */
export const layerNetworks: Readonly<Partial<Record<LayerClass, readonly LayerNetwork[]>>> = {
  InputLayer: [{ body: (x) => average(conv(4, x)), pins: "model input" }],
  Conv1D: [
    between1d(() => layers.conv1d({ filters: 3, kernelSize: 2, strides: 2, useBias: false })),
    between1d(() => layers.conv1d({ filters: 3, kernelSize: 2, dilationRate: 2, activation: "tanh" })),
  ],
  Conv2D: [
    between(() => layers.conv2d({ filters: 3, kernelSize: [2, 3], strides: 2, useBias: false })),
    between(() => layers.conv2d({ filters: 3, kernelSize: 2, dilationRate: [2, 1], activation: "relu6" })),
    between(() => layers.conv2d({ filters: 1, kernelSize: 1 })),
    betweenFirst(() => layers.conv2d({ filters: 3, kernelSize: 2, dataFormat: first })),
  ],
  Conv3D: [
    between3d(() => layers.conv3d({ filters: 3, kernelSize: [2, 1, 2], strides: [1, 2, 1] })),
    between3d(() => layers.conv3d({ filters: 3, kernelSize: 2, useBias: false, activation: "relu" })),
  ],
  Conv2DTranspose: [
    between(() => layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: "same" })),
    betweenFirst(() => layers.conv2dTranspose({ filters: 3, kernelSize: 2, dataFormat: first })),
  ],
  Conv3DTranspose: [between3d(() => layers.conv3dTranspose({ filters: 3, kernelSize: 2, strides: 1 }))],
  DepthwiseConv2D: [
    between(() => layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2 })),
    betweenFirst(() => layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, dataFormat: first })),
  ],
  SeparableConv2D: [
    between(() => layers.separableConv2d({ filters: 3, kernelSize: 2, strides: 2, padding: "same" })),
    between(() => layers.separableConv2d({ filters: 3, kernelSize: 2, dilationRate: 2, activation: "elu" })),
    betweenFirst(() =>
      layers.separableConv2d({ filters: 3, kernelSize: 2, useBias: false, dataFormat: first }),
    ),
  ],
  Dense: [
    { body: (x) => dense(5, apply(layers.globalMaxPooling2d({}), apply(layers.dense({ units: 4 }), x))) },
    between1d(() => layers.dense({ units: 4, activation: "gelu" as never })),
  ],
  Embedding: [
    {
      body: (x) => flat(conv1d(4, apply(layers.embedding({ inputDim: 7, outputDim: 5 }), integers(x)))),
      inputShape: [6],
    },
    {
      body: (x) =>
        flat(dense(4, apply(layers.embedding({ inputDim: 7, outputDim: 3 }), integers(dense(4, x))))),
      inputShape: [6],
      pins: "its values are read as integers",
    },
  ],
  BatchNormalization: [
    between(() => layers.batchNormalization({})),
    between1d(() => layers.batchNormalization({ axis: 2, scale: false })),
    between(() => layers.batchNormalization({ center: false, scale: false })),
    between(
      () => layers.batchNormalization({ axis: 1 }),
      "it normalises axis 1, not the last one, which tfjs's wasm engine does wrongly",
    ),
  ],
  LayerNormalization: [
    between(() => layers.layerNormalization({ axis: [1, 2] })),
    between(() => layers.layerNormalization({}), "it normalises across the channels"),
  ],
  Activation: [
    between(() => layers.activation({ activation: "sigmoid" })),
    between(() => layers.activation({ activation: "mish" as never })),
    betweenFirst(() => layers.activation({ activation: "softmax" })),
    between(() => layers.activation({ activation: "logSoftmax" as never }), "softmax mixes the channels"),
  ],
  ReLU: [between(() => layers.reLU({ maxValue: 1 }))],
  LeakyReLU: [between(() => layers.leakyReLU())],
  PReLU: [
    between(() => layers.prelu()),
    between(() => layers.prelu({ sharedAxes: [1, 2] })),
    between(() => layers.prelu({ sharedAxes: [1, 2, 3] })),
    between(
      () => layers.prelu({ sharedAxes: [3] }),
      "it shares alpha along axes 3, which tfjs's wasm engine does wrongly",
    ),
  ],
  ELU: [between(() => layers.elu())],
  ThresholdedReLU: [between(() => layers.thresholdedReLU({ theta: 0.1 }))],
  Softmax: [
    {
      body: (x) => dense(4, apply(layers.softmax(), dense(5, average(conv(4, x))))),
      pins: "softmax mixes the channels",
    },
    betweenFirst(() => layers.softmax({ axis: -1 })),
  ],
  Add: [merging(() => layers.add()), mergingVector(() => layers.add())],
  Average: [merging(() => layers.average())],
  Maximum: [merging(() => layers.maximum())],
  Minimum: [merging(() => layers.minimum())],
  Multiply: [merging(() => layers.multiply()), mergingVector(() => layers.multiply())],
  Concatenate: [
    merging(() => layers.concatenate()),
    merging(() => layers.concatenate({ axis: 1 })),
    {
      body: (x) => {
        const map = conv(4, x);
        return average(conv(3, apply(layers.concatenate(), [map, conv(3, x), map, x])));
      },
    },
  ],
  Dot: [
    {
      body: (x) => {
        const [queries, keys, values] = [4, 4, 5].map((units) => conv1d(units, conv1d(3, x)));
        const products = apply(layers.dot({ axes: 2 }), [queries as Tensor, keys as Tensor]);
        const weights = apply(layers.activation({ activation: "softmax" }), products);
        return flat(conv1d(3, apply(layers.dot({ axes: [2, 1] }), [weights, values as Tensor])));
      },
      inputShape: sequence,
      pins: "it multiplies its inputs with each other: no weight of its own reads a channel",
    },
  ],
  MaxPooling1D: [between1d(() => layers.maxPooling1d({ poolSize: 2 }))],
  AveragePooling1D: [between1d(() => layers.averagePooling1d({ poolSize: 2, strides: 1, padding: "same" }))],
  MaxPooling2D: [
    between(() => layers.maxPooling2d({ poolSize: 2 })),
    betweenFirst(() => layers.maxPooling2d({ poolSize: 2, dataFormat: first })),
  ],
  AveragePooling2D: [between(() => layers.averagePooling2d({ poolSize: 2, padding: "same" }))],
  MaxPooling3D: [between3d(() => layers.maxPooling3d({ poolSize: 2, padding: "same" }))],
  AveragePooling3D: [between3d(() => layers.averagePooling3d({ poolSize: 2 }))],
  GlobalAveragePooling1D: [between1d(() => layers.reLU())],
  GlobalMaxPooling1D: [
    { body: (x) => dense(4, apply(layers.globalMaxPooling1d(), conv1d(4, x))), inputShape: sequence },
  ],
  GlobalAveragePooling2D: [{ body: (x) => dense(4, average(conv(4, x))) }],
  GlobalMaxPooling2D: [
    { body: (x) => dense(4, apply(layers.globalMaxPooling2d({}), conv(4, x))) },
    {
      body: (x) => dense(4, apply(layers.globalMaxPooling2d({ dataFormat: first }), convFirst(4, x))),
      inputShape: [2, 6, 5],
    },
  ],
  Flatten: [
    { body: (x) => dense(4, flat(conv(4, x))) },
    {
      body: (x) => dense(4, apply(layers.flatten({ dataFormat: first }), convFirst(4, x))),
      inputShape: [2, 6, 5],
    },
    { body: (x) => dense(4, flat(convFirst(4, x))), inputShape: [2, 6, 5] },
  ],
  Reshape: [
    { body: (x) => dense(4, apply(reshaped(6 * 5 * 4)(), conv(4, x))) },
    between(reshaped(3, 10, 4)),
    { body: shuffle },
    { body: (x) => average(conv(3, apply(reshaped(3, 2, 4)(), dense(24, average(x))))) },
    { body: (x) => flat(conv1d(3, apply(reshaped(30, 4)(), conv(4, x)))) },
  ],
  Permute: [{ body: (x) => average(conv(3, turned([2, 1, 3], conv(4, x)))) }],
  RepeatVector: [
    { body: (x) => flat(conv1d(4, apply(layers.repeatVector({ n: 3 }), dense(5, x)))), inputShape: [4] },
  ],
  ZeroPadding2D: [
    { body: padChannels },
    between(() => layers.zeroPadding2d({ padding: [1, 2] })),
    betweenFirst(() => layers.zeroPadding2d({ padding: 1, dataFormat: first })),
  ],
  Cropping2D: [
    { body: split },
    between(() => layers.cropping2D({ cropping: 1 })),
    betweenFirst(() => layers.cropping2D({ cropping: 1, dataFormat: first })),
  ],
  UpSampling2D: [
    between(() => layers.upSampling2d({ size: [2, 1] })),
    between(() => layers.upSampling2d({ size: [2, 2], interpolation: "bilinear" })),
    betweenFirst(() => layers.upSampling2d({ size: [1, 2], dataFormat: first })),
  ],
  Dropout: [
    between(() => layers.dropout({ rate: 0.5 })),
    between(() => layers.dropout({ rate: 0.5, noiseShape: [2, 1, 1, 4] })),
  ],
  SpatialDropout1D: [between1d(() => layers.spatialDropout1d({ rate: 0.5 }))],
  AlphaDropout: [between(() => layers.alphaDropout({ rate: 0.5 }))],
  GaussianNoise: [between(() => layers.gaussianNoise({ stddev: 0.5 }))],
  GaussianDropout: [between(() => layers.gaussianDropout({ rate: 0.5 }))],
  Masking: [
    {
      body: (x) => flat(conv1d(4, apply(layers.masking(), conv1d(4, x)))),
      inputShape: sequence,
      pins: "the mask depends on all channels",
    },
    { body: (x) => flat(conv1d(4, apply(layers.masking(), x))), inputShape: sequence },
  ],
  Rescaling: [between(() => layers.rescaling({ scale: 0.5, offset: 1 }))],
  CenterCrop: [between(() => layers.centerCrop({ height: 3, width: 2 }))],
  CategoryEncoding: [
    {
      body: (x) =>
        dense(4, apply(layers.categoryEncoding({ numTokens: 7, outputMode: "count" }), integers(x))),
      inputShape: [7],
      pins: "categories of the data",
    },
  ],
  Resizing: [],
  RandomWidth: [],
};

/** The network of a body, with a linear head. Its weights are tfjs's. */
export function buildLayerNetwork({ body, inputShape = image }: LayerNetwork): tfl.LayersModel {
  const x = tfl.input({ shape: [...inputShape], name: "input" });
  return tfl.model({ inputs: x, outputs: apply(layers.dense({ units: 3, name: "head" }), body(x)) });
}
