/** The networks of tooling/pytorch-check/make-engines.py: [8, 8, 3] to 4 classes, with its weights. */
import { setFormulaWeights } from "@repo/testing/formula-weights";
import * as tfl from "@tensorflow/tfjs-layers";

type Tensor = tfl.SymbolicTensor;

const apply = (layer: tfl.layers.Layer, x: Tensor | Tensor[]): Tensor => layer.apply(x) as Tensor;
const relu = (x: Tensor): Tensor => apply(tfl.layers.reLU(), x);
const same = { padding: "same", useBias: false } as const;

const norm = (x: Tensor, number: number): Tensor =>
  apply(tfl.layers.batchNormalization({ name: `bn${number}`, epsilon: 1e-5 }), x);

const convolution = (x: Tensor, number: number, filters: number, strides = 1, kernelSize = 3): Tensor =>
  apply(tfl.layers.conv2d({ ...same, name: `conv${number}`, filters, kernelSize, strides }), x);

const block = (x: Tensor, number: number, filters: number, strides = 1): Tensor =>
  relu(norm(convolution(x, number, filters, strides), number));

const averagePool = (x: Tensor, strides: number): Tensor =>
  apply(tfl.layers.averagePooling2d({ poolSize: 3, strides, padding: "same" }), x);

const features = {
  pooling: (x: Tensor): Tensor => {
    const averaged = block(averagePool(block(x, 1, 6), 2), 2, 8);
    const largest = apply(tfl.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }), averaged);
    const pooled = apply(tfl.layers.globalAveragePooling2d({}), averagePool(largest, 1));
    return apply(tfl.layers.dense({ name: "hidden", units: 6, activation: "relu" }), pooled);
  },
  residual: (x: Tensor): Tensor => {
    const stem = block(x, 1, 6);
    const inner = norm(convolution(block(stem, 2, 8), 3, 6), 3);
    return averageOf(relu(apply(tfl.layers.add(), [stem, inner])));
  },
  separable: (x: Tensor): Tensor => {
    const odd = apply(
      tfl.layers.cropping2D({
        cropping: [
          [0, 1],
          [0, 1],
        ],
      }),
      x,
    );
    const depthwise = tfl.layers.depthwiseConv2d({ ...same, name: "depthwise", kernelSize: 3 });
    const filtered = relu(norm(apply(depthwise, block(odd, 1, 6, 2)), 2));
    return averageOf(relu(norm(convolution(filtered, 2, 8, 1, 1), 3)));
  },
  dense: (x: Tensor): Tensor => {
    const stem = block(x, 1, 6);
    return averageOf(block(apply(tfl.layers.concatenate(), [stem, block(stem, 2, 4)]), 3, 8));
  },
} as const;

function averageOf(maps: Tensor): Tensor {
  return apply(tfl.layers.globalAveragePooling2d({}), maps);
}

export type EngineNetwork = keyof typeof features;

export const engineNetworks: readonly EngineNetwork[] = Object.keys(features) as EngineNetwork[];

/** The caller disposes the model. */
export function engineNetwork(name: EngineNetwork): tfl.LayersModel {
  const image = tfl.input({ shape: [8, 8, 3], name: "image" });
  const classes = tfl.layers.dense({ name: "classes", units: 4, activation: "softmax" });
  const model = tfl.model({ inputs: image, outputs: apply(classes, features[name](image)) });
  setFormulaWeights(model);
  return model;
}
