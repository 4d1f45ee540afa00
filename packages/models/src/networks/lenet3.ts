/**
 * LeNet3: the small CIFAR-10 network of Molchanov et al. 2019 (arXiv 1906.10771), two convolutions and three dense
 * layers, no batch normalisation. 252 units are prunable: 16 + 32 filters, 120 + 84 neurons.
 */
import * as tfl from "@tensorflow/tfjs-layers";
import { checkNetworkOptions, type NetworkOptions } from "./network-options.ts";
import { apply, seededLayers } from "./seeded-layers.ts";

export function lenet3(name: string, options: NetworkOptions): tfl.LayersModel {
  checkNetworkOptions(name, options, 16);
  const { convolution, dense } = seededLayers(options);
  const input = tfl.input({ shape: [...options.inputShape], name: "input" });
  let x = convolution(input, "conv1", { filters: 16, kernel: 5, bias: true, activation: "relu" });
  x = apply(tfl.layers.maxPooling2d({ poolSize: 2, strides: 2, name: "pool1" }), x);
  x = convolution(x, "conv2", { filters: 32, kernel: 5, bias: true, activation: "relu" });
  x = apply(tfl.layers.maxPooling2d({ poolSize: 2, strides: 2, name: "pool2" }), x);
  x = apply(tfl.layers.flatten({ name: "flatten" }), x);
  x = dense(x, "fc1", 120, "relu");
  x = dense(x, "fc2", 84, "relu");
  const output = dense(x, "fc3", options.classes, "softmax");
  return tfl.model({ name, inputs: input, outputs: output });
}
