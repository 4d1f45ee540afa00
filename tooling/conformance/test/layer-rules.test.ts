/** Every layer rule of the table, through the conformance kit. */

import { type SupportedLayer, supportedLayers } from "@secateur/dependency-graph";
import * as tfl from "@tensorflow/tfjs-layers";
import { describeLayerRule, type LayerRuleOptions } from "../src/index.ts";

type Tensor = tfl.SymbolicTensor;
type Body = (x: Tensor) => Tensor;

const apply = (layer: tfl.layers.Layer, x: Tensor | Tensor[]): Tensor => layer.apply(x) as Tensor;
const conv = (filters: number, x: Tensor): Tensor =>
  apply(tfl.layers.conv2d({ filters, kernelSize: 3, padding: "same" }), x);
const dense = (units: number, x: Tensor): Tensor => apply(tfl.layers.dense({ units, activation: "relu" }), x);
const average: Body = (x) => apply(tfl.layers.globalAveragePooling2d({}), x);

/** A layer between two convolutions. */
const between =
  (layer: () => tfl.layers.Layer): Body =>
  (x) =>
    average(conv(5, apply(layer(), conv(4, x))));

/** A layer of two inputs of four channels, one of them with a nonlinearity. */
const merging =
  (layer: () => tfl.layers.Layer): Body =>
  (x) => {
    const left = conv(4, x);
    const right = apply(tfl.layers.reLU(), conv(4, left));
    return average(conv(5, apply(layer(), [left, right])));
  };

const padChannels: Body = (x) => {
  const left = conv(4, x);
  const padding: [[number, number], [number, number]] = [
    [1, 2],
    [0, 0],
  ];
  const turned = apply(tfl.layers.permute({ dims: [3, 1, 2] }), left);
  const shortcut = apply(
    tfl.layers.permute({ dims: [2, 3, 1] }),
    apply(tfl.layers.zeroPadding2d({ padding }), turned),
  );
  return average(conv(5, apply(tfl.layers.add(), [conv(7, left), shortcut])));
};

const bodies: Readonly<Record<SupportedLayer, Body>> = {
  InputLayer: (x) => average(conv(4, x)),
  Conv2D: between(() => tfl.layers.conv2d({ filters: 3, kernelSize: [2, 3], strides: 2, useBias: false })),
  DepthwiseConv2D: between(() => tfl.layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2 })),
  Dense: (x) => dense(5, apply(tfl.layers.globalMaxPooling2d({}), apply(tfl.layers.dense({ units: 4 }), x))),
  BatchNormalization: between(() => tfl.layers.batchNormalization({})),
  Activation: between(() => tfl.layers.activation({ activation: "sigmoid" })),
  ReLU: between(() => tfl.layers.reLU({ maxValue: 1 })),
  LeakyReLU: between(() => tfl.layers.leakyReLU()),
  ELU: between(() => tfl.layers.elu()),
  ThresholdedReLU: between(() => tfl.layers.thresholdedReLU({ theta: 0.1 })),
  Softmax: (x) => dense(4, apply(tfl.layers.softmax(), dense(5, average(conv(4, x))))),
  Add: merging(() => tfl.layers.add()),
  Average: merging(() => tfl.layers.average()),
  Maximum: merging(() => tfl.layers.maximum()),
  Minimum: merging(() => tfl.layers.minimum()),
  Multiply: merging(() => tfl.layers.multiply()),
  Concatenate: merging(() => tfl.layers.concatenate()),
  MaxPooling2D: between(() => tfl.layers.maxPooling2d({ poolSize: 2 })),
  AveragePooling2D: between(() => tfl.layers.averagePooling2d({ poolSize: 2, padding: "same" })),
  GlobalAveragePooling2D: (x) => dense(4, average(conv(4, x))),
  GlobalMaxPooling2D: (x) => dense(4, apply(tfl.layers.globalMaxPooling2d({}), conv(4, x))),
  Flatten: (x) => dense(4, apply(tfl.layers.flatten(), conv(4, x))),
  Reshape: (x) => dense(4, apply(tfl.layers.reshape({ targetShape: [6 * 5 * 4] }), conv(4, x))),
  Permute: (x) => average(conv(3, apply(tfl.layers.permute({ dims: [2, 1, 3] }), conv(4, x)))),
  ZeroPadding2D: padChannels,
  Dropout: between(() => tfl.layers.dropout({ rate: 0.5 })),
  GaussianNoise: between(() => tfl.layers.gaussianNoise({ stddev: 0.5 })),
  GaussianDropout: between(() => tfl.layers.gaussianDropout({ rate: 0.5 })),
};

const options: Readonly<Partial<Record<SupportedLayer, LayerRuleOptions>>> = {
  InputLayer: { pins: "model input" },
  Softmax: { pins: "softmax mixes the channels" },
};

function network(body: Body): tfl.LayersModel {
  const x = tfl.input({ shape: [6, 5, 2], name: "image" });
  return tfl.model({ inputs: x, outputs: apply(tfl.layers.dense({ units: 3, name: "head" }), body(x)) });
}

for (const className of supportedLayers)
  describeLayerRule(className, () => network(bodies[className]), options[className]);

describeLayerRule("Reshape", () =>
  network((x) => average(conv(5, apply(tfl.layers.reshape({ targetShape: [3, 10, 4] }), conv(4, x))))),
);
