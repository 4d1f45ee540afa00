/** Small classifiers, [6, 6, 2] to 3 classes, that between them have the couplings that a criterion meets. */

import { randomizeWeights } from "@repo/testing/random-architecture";
import * as tfl from "@tensorflow/tfjs-layers";

type Tensor = tfl.SymbolicTensor;

const apply = (layer: tfl.layers.Layer, x: Tensor | Tensor[]): Tensor => layer.apply(x) as Tensor;
const convolution = (x: Tensor, filters: number, name: string): Tensor =>
  apply(tfl.layers.conv2d({ filters, kernelSize: 3, padding: "same", useBias: false, name }), x);
const norm = (x: Tensor, name: string): Tensor => apply(tfl.layers.batchNormalization({ name }), x);
const relu = (x: Tensor, name: string): Tensor => apply(tfl.layers.reLU({ name }), x);
const average = (x: Tensor): Tensor => apply(tfl.layers.globalAveragePooling2d({ name: "gap" }), x);
const block = (x: Tensor, filters: number, name: string): Tensor =>
  relu(norm(convolution(x, filters, `${name}.conv`), `${name}.bn`), `${name}.relu`);

const bodies = {
  convolutions: (x: Tensor): Tensor => average(block(block(x, 5, "a"), 4, "b")),
  residual: (x: Tensor): Tensor => {
    const stem = block(x, 5, "a");
    const inner = norm(convolution(block(stem, 4, "b"), 5, "c.conv"), "c.bn");
    return average(relu(apply(tfl.layers.add({ name: "add" }), [stem, inner]), "c.relu"));
  },
  concat: (x: Tensor): Tensor => {
    const stem = block(x, 4, "a");
    const joined = apply(tfl.layers.concatenate({ name: "concat" }), [stem, block(stem, 3, "b")]);
    return average(block(joined, 5, "c"));
  },
  depthwise: (x: Tensor): Tensor => {
    const config = { kernelSize: 3, padding: "same", useBias: false, name: "b.depthwise" } as const;
    const channels = apply(tfl.layers.depthwiseConv2d(config), block(x, 5, "a"));
    return average(block(relu(norm(channels, "b.bn"), "b.relu"), 4, "c"));
  },
  dense: (x: Tensor): Tensor => {
    const flat = apply(tfl.layers.flatten({ name: "flatten" }), x);
    const hidden = apply(tfl.layers.dense({ units: 6, activation: "relu", name: "a" }), flat);
    return apply(tfl.layers.dense({ units: 5, activation: "relu", name: "b" }), hidden);
  },
} as const;

export type ConformanceNetwork = keyof typeof bodies;

export const conformanceNetworks: readonly ConformanceNetwork[] = Object.keys(bodies) as ConformanceNetwork[];

/** Random weights. The caller disposes the model. */
export function conformanceNetwork(name: ConformanceNetwork): tfl.LayersModel {
  const x = tfl.input({ shape: [6, 6, 2], name: "image" });
  const head = tfl.layers.dense({ units: 3, activation: "softmax", name: "head" });
  const model = tfl.model({ inputs: x, outputs: apply(head, bodies[name](x)) });
  randomizeWeights(model, 7);
  return model;
}
